"""Editing the ladder of levels in the browser."""
