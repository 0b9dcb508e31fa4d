"""What those who run the system ask: is it alive, is it ready."""
