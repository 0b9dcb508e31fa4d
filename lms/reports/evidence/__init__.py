"""The evidence pack: one file that proves what somebody learned and may do, to be checked without this system."""
