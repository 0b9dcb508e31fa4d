"""What there is to learn, in tiers, and how far each person has come."""
