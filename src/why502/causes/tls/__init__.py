"""TLS between gateway and upstream."""
