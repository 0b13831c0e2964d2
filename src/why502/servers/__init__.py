"""Application servers and runtimes: find the process, its bind, its pool, its limits, its messages."""
