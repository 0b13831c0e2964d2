"""Too much for the machine or the pool."""
