"""Live sessions: dates, seats, waiting lists, who was there."""
