"""What keeps the shipped courses good: measures of their texts and questions, and the tests that hold them to these.

`python -m tests.curriculum [course …]` says of each course what breaks a rule, for who writes it.
"""
