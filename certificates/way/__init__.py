"""The way to a level: what it asks for, what is done, and what is missing."""
