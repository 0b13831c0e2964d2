"""Is a complaint about a response head one of its lengths?"""

WORDS = ("content-length", "transfer-encoding", "more data than", "after final chunk", "chunked response")


def of_length(wrong: str) -> bool:
    """Tell whether the gateway's words are about Content-Length, Transfer-Encoding or the bytes they promise."""
    return any(word in wrong.lower() for word in WORDS)
