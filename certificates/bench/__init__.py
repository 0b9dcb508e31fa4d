"""The bench: who can speak about what, where and in which language, and who soon cannot any more."""
