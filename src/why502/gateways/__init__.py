"""Gateway products: recognise an answer, find the process, read its configuration and its messages."""
