"""How somebody or a unit stood on any past day, read from what was kept, never guessed from how it is now."""
