"""A real gateway on loopback, broken on purpose."""
