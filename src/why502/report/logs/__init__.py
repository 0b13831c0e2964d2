"""The report of logs: what it has beside every report, and how that is written."""
