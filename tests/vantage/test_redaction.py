import json
import time
import tomllib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from why502.vantage.redaction import HELD, RedactingLines, Redactor

CANARY = "c4n4ry-Zx81kQ"

KINDS = [
    # headers, as on the wire and in logs
    "Cookie: sid={}",
    "Cookie: a=1; sid={}; theme={}\r\nHost: x",
    "Set-Cookie: sid={}; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    "GET / HTTP/1.1\r\nHost: x\r\nauthorization: Bearer {}\r\nAccept: */*\r\n\r\n",
    "Authorization: Basic {}",
    "Authorization: {}",
    'Authorization: Digest username="{}", response="{}"',
    "Proxy-Authorization: Basic {}",
    "X-Api-Key: {}",
    "x-auth-token:{}",
    "X-Amz-Security-Token: {}",
    'client sent invalid header line: "authorization: Bearer {}" while reading client request headers',
    'curl -H "X-Api-Key: {}" https://x/',
    "curl -H 'Cookie: sid={}' https://x/",
    "[('cookie', 'sid={}'), ('host', 'x')]",
    '{{"headers": {{"Authorization": "Bearer {}", "Cookie": "a={}"}}}}',
    '{{"Set-Cookie": ["a={}; Path=/", "b={}"], "n": 1}}',
    '{{"password": ["{}", "{}"]}}',
    '{{"name":"Cookie","value":"a={}"}}',
    "if ($http_x_api_key != {}) {{",
    'map $http_x_api_key $client {{\n default "";\n "{}" "one";\n {} two;\n}}',
    "define('DB_PASSWORD', '{}');",
    'os.environ["API_KEY"] = "{}"',
    "CREATE USER a IDENTIFIED BY '{}'",
    # URLs
    "https://user:{}@example.com/path",
    "redis://:{}@127.0.0.1:6379/0",
    "DATABASE_URL=postgres://app:{}@db/app",
    "GET /x?token={}&page=2 HTTP/1.1",
    "GET /x?page=2&access_token={} HTTP/1.1",
    "GET /x?key={} HTTP/1.1",
    "GET /x?api_key={}#top HTTP/1.1",
    "GET /cb?code={}&state=1 HTTP/1.1",
    "GET /x?sig={}&se=2026 HTTP/1.1",
    "GET /x?X-Amz-Signature={} HTTP/1.1",
    "GET /x?session={} HTTP/1.1",
    "GET /x?sessionid={} HTTP/1.1",
    "GET /x?auth={} HTTP/1.1",
    "GET /x?passwd={} HTTP/1.1",
    "GET /x?pwd={} HTTP/1.1",
    "GET /x?client_secret={} HTTP/1.1",
    "GET /x?next=%2Fcb%3Ftoken%3D{}%26a%3D1 HTTP/1.1",
    '1.2.3.4 - - [21/Nov/2026:13:26:12 +0000] "GET /x HTTP/1.1" 502 157 "https://x/?token={}" "curl"',
    '[error] 1#1: *5 x, request: "GET /?password={} HTTP/1.1", upstream: "http://a/?password={}", host: "x"',
    # files
    "DB_PASSWORD={}",
    "export DB_PASSWORD='{}'",
    'DB_PASSWORD="{}"',
    "DB_PASSWORD={} with words",
    "DB_PASS={}",
    "APP_KEY=base64:{}",
    "AWS_SECRET_ACCESS_KEY = {}",
    "password = {}",
    "password: {}",
    '  password: "{}"',
    "  - client-secret: {}",
    "password: |\n  {}\n  {}\nnext: x",
    '{{"password": "{}", "a": 1}}',
    '{{"db": {{"api_key":"{}"}}}}',
    "{{'secret_key': '{}'}}",
    "'password' => '{}',",
    "$db_password = '{}';",
    "spring.datasource.password={}",
    "Environment=DB_PASSWORD={} OTHER=x",
    'Environment="API_TOKEN={}"',
    "- name: DB_PASSWORD\n  value: {}",
    '{{"name": "DB_PASSWORD", "value": "{}"}}',
    '"Env": ["PATH=/bin", "DB_PASSWORD={}"]',
    "<password>{}</password>",
    '<Resource username="x" password="{}"/>',
    "Server=db;User Id=sa;Password={};",
    '{{"log":"Authorization: Bearer {}\\n","stream":"stderr"}}',
    '{{"log":"{{\\"password\\":\\"{}\\"}}\\n"}}',
    # nginx and other gateways
    'proxy_set_header Authorization "Basic {}";',
    "proxy_set_header X-Api-Key {};",
    'proxy_set_header Cookie "sid={}";',
    'add_header Set-Cookie "sid={}; Path=/; Secure";',
    "fastcgi_param DB_PASS {};",
    "fastcgi_param HTTP_AUTHORIZATION {};",
    "    auth_jwt_key {};",
    "secure_link_secret {};",
    'set $api_token "{}";',
    "env DB_PASSWORD={};",
    "proxy_pass http://user:{}@10.0.0.1:80/;",
    "requirepass {}",
    "    stats auth admin:{}",
    "    user admin insecure-password {}",
    'RequestHeader set X-Api-Key "{}"',
    # command lines
    "app --password={} --port 1",
    "app --password {} --port 1",
    "app\0--password\0{}\0--port\x001",
    "app\0--token={}\0",
    "mysql -uroot -p{} -h db",
    "mysqldump\0-p{}\0db",
    "curl -u user:{} https://x/",
    "sshpass -p {} ssh x",
    "PATH=/bin\0DB_PASSWORD={}\0HOME=/root",
]


def filled(kind: str, secret: str = CANARY) -> bytes:
    return (
        kind.replace("{{", "\1")
        .replace("}}", "\2")
        .replace("{}", secret)
        .replace("\1", "{")
        .replace("\2", "}")
        .encode()
    )


def checked(data: bytes) -> bytes:
    """Redact and check what always holds."""
    redactor = Redactor()
    out = redactor.redact(data)
    assert len(out) == len(data)
    assert redactor.redact(out) == out
    assert Redactor().redact(out) == out
    for sign in b'\n\r\0"{}':
        assert [place for place, one in enumerate(out) if one == sign] == [
            place for place, one in enumerate(data) if one == sign
        ]
    return out


@pytest.mark.parametrize("kind", KINDS)
def test_canaries_do_not_survive(kind: str) -> None:
    for prefix, suffix in (("", ""), ("first line\n", "\nlast line\n")):
        data = (prefix.encode()) + filled(kind) + suffix.encode()
        out = checked(data)
        assert CANARY.encode() not in out, out
        assert CANARY.encode()[:6] not in out


@pytest.mark.parametrize("kind", KINDS)
def test_canaries_do_not_survive_in_pieces(kind: str) -> None:
    data = b"first line\n" + filled(kind) + b"\nlast line\n"
    for size in (1, 7, 1000):
        lines = RedactingLines(Redactor())
        out = b"".join(lines.feed(data[at : at + size]) for at in range(0, len(data), size)) + lines.flush()
        assert len(out) == len(data)
        assert CANARY.encode()[:6] not in out or "|" in kind or "- name" in kind or "map " in kind


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Cookie: sid=0123456789ab; a=1", "Cookie: sid=<secret:1..>; a=*"),
        ("Set-Cookie: sid=0123456789ab; Path=/; Max-Age=5", "Set-Cookie: sid=<secret:1..>; Path=/; Max-Age=5"),
        ("Authorization: Bearer 0123456789", "Authorization: Bearer <secret:1>"),
        ("https://u:0123456789@h/?a=1", "https://u:<secret:1>@h/?a=1"),
        ("GET /?token=0123456789ab&a=1 HTTP/1.1", "GET /?token=<secret:1..>&a=1 HTTP/1.1"),
        ('{"password": "0123456789", "a": 1}', '{"password": "<secret:1>", "a": 1}'),
        ('{"password": 0123456789, "a": 1}', '{"password": 1111111111, "a": 1}'),
        ("password=short", "password=*****"),
        ("mysql -p0123456789 -h db", "mysql -p<secret:1> -h db"),
        ("app --password 0123456789 x", "app --password <secret:1> x"),
        ("PASSWORD=0123456789;0123456789", "PASSWORD=<secret:1>;<secret:1>"),
        ("x a_token=0123456789 b_token=9876543210", "x a_token=<secret:1> b_token=<secret:2>"),
        ("fastcgi_param DB_PASS 0123456789; include x;", "fastcgi_param DB_PASS <secret:1>; include x;"),
    ],
)
def test_what_becomes_of_it(data: str, expected: str) -> None:
    assert checked(data.encode()).decode() == expected
    assert Redactor().redact_text(data) == expected


@pytest.mark.parametrize(
    "line",
    [
        "proxy_set_header Authorization $http_authorization;",
        'proxy_set_header Authorization "Bearer $http_x_token";',
        'proxy_set_header Authorization "";',
        "proxy_set_header Cookie $http_cookie;",
        "proxy_pass_header Set-Cookie;",
        "proxy_pass http://127.0.0.1:8000;",
        "proxy_pass http://app/$arg_x?a=b;",
        "fastcgi_pass unix:/run/php/php8.2-fpm.sock;",
        "uwsgi_pass 127.0.0.1:3031;",
        "grpc_pass grpc://[::1]:50051;",
        "proxy_cache_bypass $cookie_nocache $arg_nocache;",
        "map $http_authorization $allowed {",
        "ssl_session_ticket_key /etc/nginx/ticket.key;",
        "proxy_ssl_certificate_key /etc/nginx/client.key;",
        'secure_link_md5 "$secure_link_expires$uri$remote_addr";',
        "pass_host: pass",
        "LoadCredential=sysctl.extra",
        "PassCredentials=no",
        "PassEnvironment=HOME",
        "ExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --workers 4 app:app",
        "proxy_hide_header Authorization;",
        "proxy_cookie_path /a /b;",
        "proxy_cookie_domain off;",
        "proxy_pass_request_headers on;",
        "server_tokens off;",
        "ssl_certificate_key /etc/ssl/private/site.key;",
        "ssl_password_file /etc/keys/pass.txt;",
        "ssl_session_tickets off;",
        "auth_basic_user_file /etc/nginx/.htpasswd;",
        "auth_jwt_key_file /etc/nginx/jwk.json;",
        "limit_req_zone $http_authorization zone=key:10m rate=5r/s;",
        "proxy_cache_key $scheme$host$request_uri$cookie_session;",
        "keys_zone=cache:10m key=value code=502 session=12 auth=none",
        "rewrite ^ /x?key=$arg_key&token=$arg_token last;",
        'log_format x \'$remote_addr "$http_cookie" "$http_authorization" token=$arg_token\';',
        '{"token": null, "password": "", "tokens": 17, "status": "502"}',
        "DB_PASSWORD=${DB_PASSWORD}",
        "password: {{ vault_password }}",
        "PASSWORD_FILE=/run/secrets/db",
        "private_key = /etc/ssl/private/x.pem",
        "PWD=/srv/app",
        "--token-file /run/token --port 8000",
        "the password was wrong, the token has expired and the cookie is gone",
        "pam_unix(sshd:auth): check pass; user unknown",
        'open() "/etc/passwd" failed (2: No such file or directory)',
        "https://example.com:8443/a@b",
        "2026/11/21 13:26:12 [error] 1#1: *5 connect() failed (111: Connection refused) while connecting to upstream",
        "unix:/run/secret/app.sock:/token/path",
        "secretName: shop-tls",
        "secretKeyRef:",
        "eyJ is how a token begins",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    for data in (line, f"    {line}\n", f"first\n{line}\nlast\n"):
        assert checked(data.encode()).decode() == data


SHAPES = [
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2" * 9,
    "xoxb-" + "123456789012-abcdef",
    "sk_live_" + "a1B2" * 6,
    "glpat-" + "a1B2" * 5,
    "$2y$10$" + "abcdefghijklmnopqrstuv",
]


@pytest.mark.parametrize("secret", SHAPES)
@pytest.mark.parametrize("around", ["{}", "say {} here", '"{}"', "/path/{}?x", "a=%22{}%22", "<{}>", "x:{},y"])
def test_secrets_known_by_their_shape(secret: str, around: str) -> None:
    out = checked(around.format(secret).encode())
    assert secret.encode() not in out


KEY = "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n".format(
    "\n".join(["TUlJQ1hBSUJBQUtCZ1FD" * 3] * 12)
)


def test_private_keys() -> None:
    for data in (
        KEY,
        "before\n" + KEY + "after\n",
        json.dumps({"a": KEY, "b": 1}),
        KEY[:400],
        KEY.replace("\n", "\r\n"),
    ):
        out = checked(data.encode())
        assert b"TUlJ" not in out
        assert b"-----BEGIN RSA PRIVATE KEY-----" in out
        assert data.endswith("after\n") == out.endswith(b"\nafter\n")
    lines = RedactingLines(Redactor())
    out = b"".join(lines.feed(line.encode()) for line in ("x\n" + KEY + "after\n").splitlines(keepends=True))
    assert b"TUlJ" not in out
    assert out.endswith(b"-----END RSA PRIVATE KEY-----\nafter\n")


def test_structured_text_stays_readable() -> None:
    document = {
        "password": 'a"b\\c\nd\té\u2028',
        "token": 123456,
        "list": [{"secret": "{}[];,"}, {"api_key": "x" * 40}],
        "n": 5,
    }
    for text in (
        json.dumps(document),
        json.dumps(document, indent=2),
        json.dumps({"log": json.dumps(document) + "\n"}),
    ):
        assert json.loads(checked(text.encode()))
    toml = '[db]\npassword = "abc"\nport = 5\n'
    assert tomllib.loads(checked(toml.encode()).decode())["db"]["port"] == 5


def test_equal_secrets_are_equal_and_different_ones_differ() -> None:
    redactor = Redactor()
    first = redactor.redact(b"DB_PASSWORD=abcdefghijkl")
    assert redactor.redact(b"https://u:abcdefghijkl@h/") == b"https://u:" + first.partition(b"=")[2] + b"@h/"
    assert b"<secret:2" in redactor.redact(b"DB_PASSWORD=abcdefghijkm")


def test_text_keeps_its_characters() -> None:
    text = "größe=5 € password='ünïcödé€' Ω"
    out = Redactor().redact_text(text)
    assert len(out) == len(text)
    assert out.startswith("größe=5 € password='")
    assert out.endswith("' Ω")
    assert "nïc" not in out


VALUES = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'\\&;{}#%<>@/?:,)]$*|=`["),
    min_size=6,
    max_size=60,
)


@settings(max_examples=300)
@given(st.sampled_from(KINDS), VALUES)
def test_any_canary(kind: str, value: str) -> None:
    secret = "Q" + value
    out = checked(filled(kind, secret))
    assert secret.encode() not in out


PIECES = st.sampled_from(
    [kind.replace("{}", "abc") for kind in KINDS]
    + [
        "<secret:1>",
        "<secret:2...>",
        "*****",
        "password",
        "token",
        "cookie",
        "=",
        ":",
        " ",
        "\n",
        "\0",
        '"',
        "'",
        "\\",
        ";",
        "{",
        "}",
        "&",
        "?",
        "|",
        "-----BEGIN PRIVATE KEY-----",
        "-----END",
        "eyJ",
        "abcdefghijkl",
        "$x",
        "%3d",
        ",",
        "--",
        "value",
        "<",
        ">",
        "@",
        "://u:",
    ]
)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_length_structure_and_idempotence(text: str) -> None:
    checked(text.encode())


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    checked(data)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    assert len(Redactor().redact_text(text)) == len(text)
    assert len(Redactor().redact_text("password=" + text)) == len(text) + 9


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_streams_lose_nothing(chunks: list[bytes]) -> None:
    lines = RedactingLines(Redactor())
    out = b"".join(map(lines.feed, chunks)) + lines.flush()
    assert len(out) == len(b"".join(chunks))


def test_streams_give_complete_lines_at_once_and_hold_the_rest() -> None:
    lines = RedactingLines(Redactor())
    assert lines.feed(b"HTTP/1.1 200 OK\r\nSet-Coo") == b"HTTP/1.1 200 OK\r\n"
    assert lines.feed(b"kie: a=0123456789") == b""
    assert lines.feed(b"\r\n\r\nbody") == b"Set-Cookie: a=<secret:1>\r\n\r\n"
    assert lines.flush() == b"body"
    assert lines.flush() == b""


@pytest.mark.parametrize(
    "line",
    [
        b"Cookie: sid=" + CANARY.encode() * 20000,
        b"x" * (HELD - 20) + b" password=" + CANARY.encode() * 9 + b" y" * HELD,
        b"x " * HELD + b"&token=" + CANARY.encode() + b" " + b"y" * HELD,
        b"y" * 3 * HELD,
    ],
)
def test_streams_hold_no_more_than_they_may(line: bytes) -> None:
    data = line + b"\nnext line\n"
    for size in (1000, 70000):
        lines = RedactingLines(Redactor())
        out = b""
        for at in range(0, len(data), size):
            out += lines.feed(data[at : at + size])
            assert min(at + size, len(data)) - len(out) <= HELD
        out += lines.flush()
        assert len(out) == len(data)
        assert CANARY.encode() not in out
        assert out.endswith(b"\nnext line\n")


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "names": lambda n: b"password" * (n // 8),
    "assignments": lambda n: b"password=" * (n // 9),
    "spaced": lambda n: b"password = x " * (n // 13),
    "off": lambda n: b"password=off " * (n // 13),
    "quoted": lambda n: b'"password":"' * (n // 12),
    "unclosed": lambda n: b'password="\\' * (n // 11),
    "urls": lambda n: b"://a:" * (n // 5),
    "urls2": lambda n: b"://" + b"a:" * (n // 2),
    "jwt": lambda n: b"eyJ" * (n // 3),
    "jwt2": lambda n: b"eyJaaaaaaaa." * (n // 12),
    "jwt3": lambda n: b" eyJ" + b"a" * 8000 + b" eyJaaaaaaaaa." * (n // 14),
    "keys": lambda n: b"-----BEGIN PRIVATE KEY-----" * (n // 27),
    "github": lambda n: b"github_pat_" * (n // 11),
    "mysql": lambda n: b"mysql -p " * (n // 9),
    "curl": lambda n: b"curl -u a" * (n // 9),
    "cookies": lambda n: b"Cookie: " + b"a=b; " * (n // 5),
    "dashes": lambda n: b"--password " * (n // 11),
    "quotes": lambda n: b'"' * n,
    "backslashes": lambda n: b"\\" * n,
    "blanks": lambda n: b" " * n,
    "dots": lambda n: b"a." * (n // 2),
    "query": lambda n: b"?key=" * (n // 5),
    "markers": lambda n: b"<secret:1>" * (n // 10),
    "blocks": lambda n: b"password: |\n" * (n // 12),
    "xml": lambda n: b"<password>" * (n // 10),
}


BIG = ["names", "assignments", "urls2", "jwt", "query", "quotes"]


@pytest.mark.parametrize(
    ("kind", "size"), [(kind, 1_000_000) for kind in HOSTILE] + [(kind, 10_000_000) for kind in BIG]
)
def test_hostile_lines_take_linear_time(kind: str, size: int) -> None:
    """Seconds; a pattern that is not linear would take hours."""
    data = HOSTILE[kind](size)
    start = time.process_time()
    out = Redactor().redact(data)
    assert len(out) == len(data)
    assert time.process_time() - start < size / 200_000


@pytest.mark.parametrize("directive", ["proxy", "fastcgi", "uwsgi", "scgi", "grpc", "memcached"])
def test_pass_directives_are_no_passwords(directive: str) -> None:
    line = f"    {directive}_pass http://127.0.0.1:8001;\n".encode()
    assert Redactor().redact(line) == line
