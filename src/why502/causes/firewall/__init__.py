"""What filters on the way."""
