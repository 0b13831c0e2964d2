"""The configuration on the disk is not what the gateway runs."""
