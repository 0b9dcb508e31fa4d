"""Exercises: checklists, reflections that a coach signs, listening logs."""
