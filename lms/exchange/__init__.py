"""The standards of the outside world: each translates and calls the domains."""
