import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.nginx_error import Level, NginxErrorLine, parse

HEAD = "2026/11/21 13:26:12 [error] 19715#19716: *5 "
REFUSED = (
    "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a.example"
)
TAIL = ', request: "GET /two?q=1 HTTP/1.1", upstream: "http://127.0.0.1:21998/two?q=1", host: "a.example:21000"'
PLAIN = HEAD + REFUSED + TAIL


def read(line: str | bytes) -> NginxErrorLine:
    found = parse(line if isinstance(line, bytes) else line.encode(), UTC)
    assert found is not None
    return found


def test_every_part_of_a_usual_line() -> None:
    line = read(PLAIN + "\n")
    assert line == NginxErrorLine(
        level=Level.ERROR,
        text="connect() failed",
        at=datetime(2026, 11, 21, 13, 26, 12, tzinfo=UTC),
        local=datetime(2026, 11, 21, 13, 26, 12),
        pid=19715,
        tid=19716,
        connection=5,
        errno=111,
        error="Connection refused",
        phase="connecting to upstream",
        client="192.0.2.7",
        server="a.example",
        request="GET /two?q=1 HTTP/1.1",
        upstream="http://127.0.0.1:21998/two?q=1",
        host="a.example:21000",
    )


def test_the_zone_is_the_callers() -> None:
    line = parse(PLAIN.encode(), timezone(timedelta(hours=2)))
    assert line is not None
    assert line.at == datetime(2026, 11, 21, 11, 26, 12, tzinfo=UTC)


def test_the_edge_of_time_and_impossible_dates() -> None:
    assert parse(b"0001/01/01 00:00:00 [error] 1#1: x", timezone(timedelta(hours=2))).at is None  # type: ignore[union-attr]
    assert parse(b"2026/13/41 00:00:00 [error] 1#1: x", UTC) is None


@pytest.mark.parametrize(
    ("wrapped", "at"),
    [
        ("<187>Nov 21 13:26:12 web1 nginx: ", None),
        ("<187>Nov  1 13:26:12 nginx: ", None),
        ("Nov 21 13:26:12 web1 nginx[812]: ", None),
        ("2026-11-21T13:26:12.123456+00:00 web1 nginx: ", None),
        ("<187>1 2026-11-21T13:26:12.123456Z web1 nginx 812 - - ", None),
        ("2026-11-21T13:26:12.123456789Z stderr F ", datetime(2026, 11, 21, 13, 26, 12, 123456, tzinfo=UTC)),
        ("2026-11-21T15:26:12.5+02:00 stderr F ", datetime(2026, 11, 21, 13, 26, 12, 500000, tzinfo=UTC)),
    ],
)
def test_wrappers_are_taken_off(wrapped: str, at: datetime | None) -> None:
    assert read(wrapped + PLAIN) == read(PLAIN)
    command = read(wrapped + "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)")
    assert (command.level, command.text, command.errno) == (Level.EMERG, "bind() to 0.0.0.0:80 failed", 98)
    assert command.at == at


def test_dockers_json() -> None:
    entry = {"log": PLAIN + "\n", "stream": "stderr", "time": "2026-11-21T13:26:13.000000001Z"}
    assert read(json.dumps(entry)) == read(PLAIN)
    assert parse(b'{"log": 5}', UTC) is None
    assert parse(b'{"log": ' + b"[" * 20000, UTC) is None


def test_a_line_of_the_command() -> None:
    line = read('nginx: [emerg] host not found in upstream "nx.test" in /etc/nginx/conf.d/app.conf:2')
    assert (line.level, line.at, line.pid) == (Level.EMERG, None, None)
    assert line.text == 'host not found in upstream "nx.test" in /etc/nginx/conf.d/app.conf:2'


def test_a_line_of_the_resolver() -> None:
    line = read(
        "2026/11/21 02:37:07 [error] 7#7: send() failed (111: Connection refused) while resolving, resolver: [::1]:53"
    )
    assert (line.text, line.errno, line.phase, line.resolver) == ("send() failed", 111, "resolving", "[::1]:53")
    assert line.connection is None


def test_a_line_without_server_name_and_with_a_subrequest() -> None:
    line = read(
        HEAD + "upstream timed out (110: Operation timed out) while reading response header from upstream, "
        'client: ::1, server: , request: "GET / HTTP/2.0", subrequest: "/auth", '
        'upstream: "fastcgi://unix:/run/a b.sock:", host: "x", referrer: "https://x/"'
    )
    assert (line.client, line.server, line.subrequest) == ("::1", "", "/auth")
    assert (line.upstream, line.host, line.referrer) == ("fastcgi://unix:/run/a b.sock:", "x", "https://x/")
    assert not line.ambiguous


def test_a_line_of_the_stream_module() -> None:
    line = read(
        "2026/11/21 02:37:07 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, "
        'client: 127.0.0.1, server: 0.0.0.0:9000, upstream: "127.0.0.1:9001", bytes from/to client:0/0, '
        "bytes from/to upstream:0/0"
    )
    assert (line.server, line.upstream, line.cut, line.ambiguous) == ("0.0.0.0:9000", "127.0.0.1:9001", False, False)


def test_kongs_request_id_is_no_part_of_the_host() -> None:
    line = read(f'{PLAIN}, request_id: "{"0f" * 16}"')
    assert line.host == "a.example:21000"


def test_a_cut_line_keeps_its_message_and_says_so() -> None:
    whole = HEAD + REFUSED + f', request: "GET /{"x" * 3000} HTTP/1.1", upstream: "http://127.0.0.1:1/", host: "x"'
    line = read(whole[:2047])
    assert line.cut
    assert (line.text, line.errno, line.phase, line.client) == (
        "connect() failed",
        111,
        "connecting to upstream",
        "192.0.2.7",
    )
    assert line.request is not None
    assert line.request.startswith("GET /xxx")
    assert (line.upstream, line.host) == (None, None)


def test_a_cut_line_trusts_no_pair_after_the_request() -> None:
    line = read((HEAD + REFUSED + TAIL + f', referrer: "http://x/{"y" * 3000}"')[:2047])
    assert line.cut
    assert line.ambiguous
    assert line.upstream is None
    assert dict(line.unsure)["upstream"] == "http://127.0.0.1:21998/two?q=1"


FORGED = '", upstream: "http://198.51.100.9:1/", host: "forged'


@pytest.mark.parametrize(
    ("line", "trusted"),
    [
        # A Referer comes last: nothing in it can be an earlier pair.
        (PLAIN + f', referrer: "x{FORGED}"', True),
        # A Referer that ends like a request could have been one to nginx before 1.21.1.
        (PLAIN + f', referrer: "x HTTP/1.1{FORGED}"', False),
        # A request line with blanks, as nginx before 1.21.1 took it.
        (HEAD + REFUSED + f', request: "GET /a HTTP/1.1{FORGED} HTTP/1.1"' + TAIL.partition('HTTP/1.1"')[2], True),
        (HEAD + REFUSED + f', request: "GET /a{FORGED} HTTP/1.1"' + TAIL.partition('HTTP/1.1"')[2], True),
        (HEAD + REFUSED + f', request: "GET /a{FORGED}"' + TAIL.partition('HTTP/1.1"')[2], False),
        # A decoded subrequest.
        (PLAIN.replace(", upstream", f', subrequest: "/auth/x{FORGED}", upstream'), False),
    ],
)
def test_forged_pairs_are_never_believed(line: str, trusted: bool) -> None:
    found = read(line)
    assert found.upstream in (None, "http://127.0.0.1:21998/two?q=1")
    assert found.host in (None, "a.example:21000")
    assert "198.51.100.9" not in (found.upstream or "")
    if not trusted:
        assert found.ambiguous


def test_forged_clients() -> None:
    forged = ', client: 198.51.100.9, server: x, request: "GET / HTTP/1.1", upstream: "http://198.51.100.9/"'
    stderr = read(
        HEAD + f'FastCGI sent in stderr: "boom{forged}" while reading upstream, client: 192.0.2.7, server: a' + TAIL
    )
    assert stderr.ambiguous
    assert stderr.text.startswith('FastCGI sent in stderr: "boom')
    assert (stderr.client, stderr.upstream) == (None, None)
    cut = read((HEAD + f'FastCGI sent in stderr: "boom{forged}' + "x" * 3000)[:2047])
    assert (cut.client, cut.upstream, cut.cut) == (None, None, True)
    referrer = read(PLAIN + f', referrer: "x{forged}"')
    assert (referrer.client, referrer.upstream, referrer.ambiguous) == ("192.0.2.7", None, True)


@given(st.text(alphabet=st.sampled_from('", :=/xGET HTP1.usbqeinfrhot\\')))
def test_no_referer_can_forge(referrer: str) -> None:
    found = read(PLAIN + f', referrer: "{referrer}"')
    assert found.client == "192.0.2.7"
    assert found.upstream in (None, "http://127.0.0.1:21998/two?q=1")
    assert found.host in (None, "a.example:21000")


PIECES = st.sampled_from(
    [
        '", upstream: "',
        '", host: "',
        '", referrer: "',
        '", subrequest: "',
        "http://198.51.100.9/",
        " HTTP/1.1",
        " ",
        "x",
        '"',
        "GET /",
        ", client: 198.51.100.9, server: ",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=14).map("".join))
def test_no_request_and_referer_together_can_forge(request: str, referrer: str) -> None:
    line = HEAD + REFUSED + f', request: "GET /{request} HTTP/1.1"' + TAIL.partition('HTTP/1.1"')[2]
    found = read(line + f', referrer: "{referrer}"')
    assert found.client == "192.0.2.7"
    assert found.upstream in (None, "http://127.0.0.1:21998/two?q=1")
    assert found.host in (None, "a.example:21000")


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    parse(data, UTC)
    parse(HEAD.encode() + data, UTC)
    parse(PLAIN.encode() + data, UTC)
    parse(b"2026-11-21T15:26:12.5+02:00 stderr F " + data, UTC)


def test_a_hostile_line_takes_no_time() -> None:
    unit = b'", upstream: "http://x/", host: "'
    for data in (unit * 300000, b", client: 1, server: " * 400000, b" while x" * 1000000, b"(1: " * 2000000):
        parse(HEAD.encode() + data, UTC)
        parse(PLAIN.encode() + data, UTC)


def test_broken_text_is_shown_and_does_not_shift_the_length() -> None:
    line = read((HEAD + REFUSED + ', request: "GET /').encode() + b"\xff" * 1900)
    assert line.request is not None
    assert set(line.request.removeprefix("GET /")) == {"\ufffd"}
