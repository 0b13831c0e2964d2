"""nginx (and, through its grammar, what is built on it)."""
