"""Practice: feedback at once, as often as wanted, and again after days what was missed."""
