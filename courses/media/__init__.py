"""Pictures, films and other files that lessons show."""
