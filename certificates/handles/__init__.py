"""Accounts: whose they are, how that was proved, and those of the company."""
