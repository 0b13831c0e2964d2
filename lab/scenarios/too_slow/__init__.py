"""It answers, but later than the gateway waits."""
