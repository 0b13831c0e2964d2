"""Which protocol the first bytes of a peer belong to, where they are no response of the protocol that was asked.

Sources: RFC 8446 section 5.1 (TLS records), RFC 9113 section 4.1 (HTTP/2 frames), the FastCGI specification section 8,
RFC 4253 section 4.2 (SSH), the MySQL client/server protocol (initial handshake), RESP (Redis), RFC 5321 section 4.3.1
(SMTP), the PROXY protocol (version 2 signature).
"""

PROXY_2 = b"\r\n\r\n\x00\r\nQUIT\n"
WORDS = (
    (b"SSH-", "SSH"),
    (b"PROXY ", "the PROXY protocol"),
    (PROXY_2, "the PROXY protocol"),
    (b"-ERR", "Redis"),
    (b"-DENIED", "Redis"),
    (b"220 ", "SMTP or FTP"),
    (b"220-", "SMTP or FTP"),
    (b"+OK", "POP3"),
    (b"* OK", "IMAP"),
)
RECORDS = range(0x14, 0x18)
FASTCGI = range(1, 12)
HEAD = 9


def speech(first: bytes) -> str | None:
    """Name the protocol; None where the bytes are HTTP, or nobody's."""
    for begins, name in WORDS:
        if first.startswith(begins):
            return name
    if len(first) > 1 and first[0] in RECORDS and first[1] == 0x03:  # noqa: PLR2004 - TLS's major version
        return "TLS"
    if len(first) > 5 and first[4] == 0x0A and first[3] == 0 and first[2] == 0:  # noqa: PLR2004 - packet 0, version 10
        return "MySQL"
    # a frame of HTTP/2 that a server may send first: SETTINGS or GOAWAY on stream 0
    if len(first) >= HEAD and first[0] == 0 and first[3] in {0x04, 0x07} and first[5:9] == b"\0\0\0\0":
        return "HTTP/2"
    if len(first) > 1 and first[0] == 1 and first[1] in FASTCGI:
        return "FastCGI"
    if first.startswith(b"HTTP/"):
        return "HTTP"
    return None
