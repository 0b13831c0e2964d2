"""The gateway's user may not open the unix socket."""
