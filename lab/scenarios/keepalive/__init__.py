"""The gateway reuses a connection that the application has just closed as idle."""
