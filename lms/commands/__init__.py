"""The groups of the command `lms`, each in a module of its own."""
