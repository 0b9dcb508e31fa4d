"""The studio: courses are made and changed in drafts, compared, and published."""
