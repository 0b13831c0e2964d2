"""The catalogue: one cause, one file; its id is its path, its docstring is its page."""
