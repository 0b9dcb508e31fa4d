"""Having a changed guideline accepted by those whom it touches."""
