"""Logs as blocks of bytes: what a name means, how each kind of source is read, and what went wrong with it."""
