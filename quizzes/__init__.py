"""Questions, attempts at them, and their marking."""
