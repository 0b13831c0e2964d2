"""Names and their resolvers."""
