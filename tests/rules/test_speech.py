"""First bytes and their protocols."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.rules.speech import speech


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"PROXY TCP4 ", "the PROXY protocol"),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11", "the PROXY protocol"),
        (b"-ERR unknown command\r\n", "Redis"),
        (b"220 mail.example.com ESMTP\r\n", "SMTP or FTP"),
        (b"\x15\x03\x01\0\x02\x02\x46", "TLS"),
        (b"J\0\0\0\n8.0.36\0", "MySQL"),
        (b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\x10", "HTTP/2"),
        (b"\x01\x06\0\x01\0\x20\0\0", "FastCGI"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"hello", None),
        (b"", None),
    ],
)
def test_each_is_known_by_how_it_begins(first: bytes, name: str | None) -> None:
    assert speech(first) == name


@given(st.binary(max_size=40))
def test_arbitrary_bytes_do_no_harm(first: bytes) -> None:
    assert speech(first) is None or isinstance(speech(first), str)
