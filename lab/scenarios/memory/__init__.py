"""The kernel ended the application, or its worker, for memory."""
