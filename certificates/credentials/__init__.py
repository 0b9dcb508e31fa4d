"""Certificates as signed credentials that wallets and programs can check."""
