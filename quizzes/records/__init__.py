"""The full record of an attempt: what was asked, answered and decided, when and by which rule."""
