"""The ground: knows no domain."""
