"""An invented company of any size, the same for the same seed: for load tests."""
