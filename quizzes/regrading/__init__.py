"""Putting a wrong question right for everyone, with the consequences shown first."""
