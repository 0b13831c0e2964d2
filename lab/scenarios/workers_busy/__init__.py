"""Every worker is in another request; the request itself is quick."""
