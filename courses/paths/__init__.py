"""Learning paths: courses in an order, for a tier."""
