"""What passing entitles a person to say, and the register that shows it."""
