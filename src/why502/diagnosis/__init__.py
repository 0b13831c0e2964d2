"""The loop that asks and judges, and the chain that comes of it."""
