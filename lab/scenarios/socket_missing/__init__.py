"""The unix socket that the configuration names does not exist."""
