"""The application behind the gateway."""
