"""The rules for speaking: versioned texts, clauses, attestations."""
