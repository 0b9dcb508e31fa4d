"""What the courses rest on: every source by its code, and where lessons cite it."""
