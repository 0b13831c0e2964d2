"""The settings of the gateway itself."""
