"""Asking for a permission, deciding about it, pausing it and taking it away."""
