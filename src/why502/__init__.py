"""why502 proves why a site answers 502 Bad Gateway."""
