"""The gateway says localhost, which is not where the application is."""
