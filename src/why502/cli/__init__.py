"""The command line: one command, one file."""

INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell tells it: 128 and the signal's number."""
