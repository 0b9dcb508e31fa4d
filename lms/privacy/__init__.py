"""What is kept of people, why and for how long; who looked at whom; what somebody may take along."""
