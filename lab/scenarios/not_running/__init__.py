"""The service that should answer is stopped."""
