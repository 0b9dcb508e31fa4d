"""People, for those who look after them: the list, a person's sheet, roles, absences, and the import in four steps."""
