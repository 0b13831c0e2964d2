"""The application listens, but elsewhere."""
