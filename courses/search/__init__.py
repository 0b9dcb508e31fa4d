"""Finding courses, lessons and clauses by their words."""
