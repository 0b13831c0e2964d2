"""The gateway speaks plain HTTP to a TLS port."""
