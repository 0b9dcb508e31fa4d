"""Quizzes made in the studio: rules, questions, and trying them."""
