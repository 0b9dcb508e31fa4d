"""Quiet periods and crises: days on which less may be said."""
