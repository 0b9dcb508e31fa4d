"""The API for programs of the company."""
