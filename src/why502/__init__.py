"""why502 proves why a site answers 502 Bad Gateway."""

__version__ = "0.1.0"
