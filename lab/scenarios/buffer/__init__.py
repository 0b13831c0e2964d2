"""A sound response head is larger than the gateway's buffer."""
