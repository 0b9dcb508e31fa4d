"""Reads every domain, writes none: team pages and their exports."""
