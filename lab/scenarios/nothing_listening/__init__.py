"""Nothing listens there, and nothing says that anything should."""
