"""Keeping the catalogs: `python -m lms.translations` collects every string, compiles, and says what is missing."""
