"""Rooms in Teams or Slack that hear of figures each Monday: counts, never names."""
