"""What the logs tell of before is of another site, or of another configuration."""
