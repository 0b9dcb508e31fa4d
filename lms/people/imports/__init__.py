"""People from the HR file: read, checked, compared, applied in one transaction, and undone within 30 days."""
