"""Reviewing drafts: topics and who reviews them, comments on passages, and sign-offs."""
