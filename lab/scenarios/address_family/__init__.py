"""The gateway picks the address family that the application does not use."""
