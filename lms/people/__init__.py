"""Who there is: people, units, reporting lines, roles, tiers, sign-in."""
