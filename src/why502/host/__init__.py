"""One table of the host each."""
