"""Many certificates on paper at once."""
