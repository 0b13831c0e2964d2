"""The gateway speaks TLS to a plain port."""
