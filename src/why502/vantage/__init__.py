"""The only room that opens, runs and reads. Foreign errors become our words here, errno kept."""
