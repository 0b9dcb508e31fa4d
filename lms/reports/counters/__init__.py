"""Figures of every manager's organization, kept up to date in the transaction of each deed."""
