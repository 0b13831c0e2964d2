"""The way between gateway and upstream."""
