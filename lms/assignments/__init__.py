"""Who has to take which course, and by when: standing rules, extensions, exemptions."""
