"""Takes secrets out of bytes that came from outside, in place: nothing moves, so offsets into a file stay right.

A secret becomes `<secret:N>` filled with dots to its own length, equal secrets the same N; one too short for that
becomes stars, a number in JSON ones. Line ends, NUL, quotes, braces, semicolons and escaped quotes inside it stay.
Where a value ends is a guess in free text; the guess is made so that rather too much is taken than too little.
"""

import hashlib
import heapq
import re
from collections.abc import Iterator

from why502.observations.frozen import frozen

HELD = 65536
"""Bytes of an unfinished line that `RedactingLines` holds at most."""

OVERLAP = 4096
"""Bytes of an overlong line still held when its beginning is let go: no name is cut from its value."""

LONGEST_KEY = 16384
"""Bytes after `BEGIN … PRIVATE KEY` that are taken for the key if no `END` comes."""

MOST_SECRETS = 99999

Span = tuple[int, int]

_MARKER = re.compile(rb"<secret:\d{1,5}\.*>")
_KEPT = re.compile(rb"""\\["'\\/nrt]|\\(?=[\r\n]|\Z)|[\n\r\0"'{};]""")

# Names. All name patterns run over the bytes in lower case.

_CORES = (
    rb"passw(?:or)?d|passphrase|passwort|requirepass|masterauth|(?:(?<![a-z0-9])|db|user)pass(?![a-z0-9_.-])|pwd|"
    rb"secret|credential|token(?!s|iz)|api[_-]?key|"
    rb"(?:access|private|signing|encryption|master|account|jwt|auth|app|shared)[_-]?key|authorization|cookie"
)
_CORE = re.compile(_CORES)
_SEEDS = (b"pass", b"pwd", b"secret", b"credential", b"token", b"key", b"masterauth", b"authorization", b"cookie")
_NAME = re.compile(rb"[a-z0-9_.-]*+")
_NAME_BYTES = b"abcdefghijklmnopqrstuvwxyz0123456789_.-"
LONGEST_NAME = 120
_QUERY = re.compile(
    rb"[?&;](?:key|auth|code|session[a-z_]{0,8}|sid|sig|signature|[a-z-]{1,30}[_-](?:key|sig|signature|auth|code)|hmac|otp|jwt|"
    rb"ticket|awsaccesskeyid)(?:=|%3d)"
)
_HEADERS = frozenset(
    prefix + name
    for name in (
        b"cookie",
        b"set-cookie",
        b"set_cookie",
        b"authorization",
        b"proxy-authorization",
        b"proxy_authorization",
    )
    for prefix in (b"", b"http_", b"x-forwarded-")
)
_NO_SECRET = re.compile(
    rb"(?:name|ref|file|path|dir|directory|url|uri|endpoint|type|ttl|timeout|expir\w*|length|size|header|enabled|policy|"
    rb"algorithm|format|prefix|domain|flags|lifetime|count|limit|version|pass_header|hide_header)\Z|\A-?(?:old)?pwd\Z|"
    rb"\A(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|tunnel)_pass\Z|\A(?:load|import|condition|assert)credential"
)
_COOKIE_LIKE = re.compile(rb"authorization|cookie")
_SECRET_TOO = re.compile(rb"passw|secret|token|key|credential")

# What stands between a name and its value.

_QUOTED_SEPARATOR = re.compile(rb"""\\{0,2}["']\]?[ \t]{0,16}(?::|=>?)\s{0,16}""")
_TUPLE_SEPARATOR = re.compile(rb"""["'][ \t]{0,8},[ \t]{0,8}(?=["'])""")
_SEPARATOR = re.compile(rb"[ \t]{0,16}(?::=|=>|!=|=(?![=~])|:(?![:/]))[ \t]{0,16}|%3d")
_VALUE_SEPARATOR = re.compile(
    rb"""["']?,?\s{1,40}["']?value["']?\s{0,4}:\s{0,4}|["'],\s{0,8}["']value["']\s{0,4}:\s{0,4}"""
)
_BLANKS = re.compile(rb"[ \t\0]{1,40}")
_LINE_START = re.compile(
    rb"(?:\A|[\n\r\0])[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|declare -x[ \t]+|-{1,2})?[\"']?\$?\Z"
)
_DIRECTIVE = re.compile(
    rb"(?:proxy_set_header|grpc_set_header|(?:fastcgi|uwsgi|scgi)_param|add_header|more_set_\w{0,16}headers|set|setenv|"
    rb"requestheader[ \t]+\w{1,10}|header[ \t]+(?:always[ \t]+)?\w{1,10}|set-header|add-header|header_up|header_down|"
    rb"(?:user|login)[ \t]+[^\s]{1,64})[ \t]+[\"']?\$?\Z"
)
_ALONE = frozenset({b"requirepass", b"masterauth", b"password", b"passphrase", b"secret", b"insecure-password"})
_ONE_WORD = re.compile(
    rb"(?:[^\s;\"'\0]{1,1024}|\"[^\"\n]{0,1024}\"|'[^'\n]{0,1024}')[ \t]{0,8}(;|\r?$|\Z)", re.MULTILINE
)

# Values.

_IN_QUERY = re.compile(rb"""[^&\s"'\0]*""")
_IN_ENCODED_QUERY = re.compile(rb"""(?:[^&\s"'\0%]|%(?!26))*""")
_IN_JSON = re.compile(rb"""[^,}\]\s\0"']*""")
_WORD = re.compile(rb"""[^\s\0"']*""")
_TO_END = re.compile(rb"[^\n\r\0]*")
_DOUBLE = re.compile(rb'(?:[^"\\\n\r\0]|\\[^\n\r\0])*+')
_SINGLE = re.compile(rb"(?:[^'\\\n\r\0]|\\[^\n\r\0])*+")
_ESCAPED = re.compile(rb"""(?:[^\\\n\r\0]|\\[^"'\n\r\0])*+""")
_ELEMENT = re.compile(rb'[\s,]{0,64}\\?"((?:[^"\\\n\r\0]|\\[^"\n\r\0])*+)\\?"')
MOST_ELEMENTS = 1000
_BLOCK_SCALAR = re.compile(rb"[|>][+-]?\d?[ \t]*\r?\n")
_JSON_NUMBER = re.compile(rb"""[^:]{0,3}["'][ ]?:[ ]?(\d+)[,}\]\s]""")
_SCHEME = re.compile(
    rb"[ \t]*(?:basic|bearer|digest|negotiate|ntlm|token|apikey|api-key|aws4-hmac-sha256|hawk|dpop|oauth|signature|bot|"
    rb"splunk)[ \t]+"
)
_ATTRIBUTES = frozenset(
    {b"path", b"domain", b"expires", b"max-age", b"samesite", b"secure", b"httponly", b"priority", b"partitioned"}
)
_WORDS_NO_SECRET = frozenset(
    {
        b"on",
        b"off",
        b"true",
        b"false",
        b"null",
        b"none",
        b"nil",
        b"yes",
        b"no",
        b"-",
        b"undefined",
        b"required",
        b"optional",
    }
)
_VARIABLE = re.compile(
    rb"\$\{[^}\s]{1,100}\}|\$[A-Z][A-Z0-9_]*|\$\([^)]{1,200}\)|%\(\w{1,60}\)s|\{\{[^}]{1,100}\}\}|"
    rb"\$(?:http|arg|cookie|sent|upstream|jwt|ssl|request|remote|proxy|auth|realip|geoip|binary|args|uri|host|scheme|server|"
    rb"connection|status|body|time|msec|is_args|query|limit|document|fastcgi|content|hostname|pid|https)[a-z0-9_]*"
)
_ANY_VARIABLE = re.compile(rb"\$\{?[A-Za-z]\w{0,60}\}?")
_PATH = re.compile(
    rb"(?:/(?:etc|run|var|usr|home|opt|root|srv|app|tmp|secrets|mnt|data|proc)|\.{1,2})/[\w.@+/-]{1,300}"
)

# Secrets that are known by their shape, whatever stands before them. These run over the bytes as they are.

_USERINFO = re.compile(rb"""://[^\s/?#:"'<>@\\]{0,128}:([^\s/"'<>\\]{1,1024})@""")
_KEY_BLOCK = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----((?:(?!-----END)[\s\S]){0,16384})")
_KEY_BEGINS = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")
_KEY_ENDS = b"-----END"
_SHAPES = (
    (
        (b"eyJ",),
        re.compile(
            rb"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2}))(eyJ[\w-]{8,8192}\.[\w-]{4,8192}(?:\.[\w-]{0,8192}){0,3})", re.ASCII
        ),
    ),
    (
        (b"AKIA", b"ASIA"),
        re.compile(rb"(?:(?<![A-Z0-9])|(?<=%[0-9A-Fa-f]{2}))((?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Z0-9])"),
    ),
    (
        (
            b"gh",
            b"github_pat_",
            b"glpat-",
            b"npm_",
            b"xox",
            b"xapp-",
            b"k_",
            b"whsec_",
            b"AIza",
            b"SG.",
            b"sk-",
            b"dop_v1_",
            b"pypi-",
        ),
        re.compile(
            rb"(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{2}))((?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|"
            rb"glpat-[\w-]{20,64}|npm_[A-Za-z0-9]{36}|xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255}|"
            rb"[srp]k_(?:live|test)_[A-Za-z0-9]{10,255}|whsec_[A-Za-z0-9+/=]{16,255}|AIza[\w-]{35}|"
            rb"SG\.[\w-]{16,64}\.[\w-]{16,64}|sk-[\w-]{20,255}|dop_v1_[a-f0-9]{64}|pypi-[\w-]{50,255}))",
            re.ASCII,
        ),
    ),
    ((b"hooks.slack.com",), re.compile(rb"hooks\.slack\.com/services/([\w/]{20,100})", re.ASCII)),
    ((b"$",), re.compile(rb"(\$(?:apr1|2[aby]|1|5|6|y)\$[./A-Za-z0-9$,=]{8,256})")),
    ((b"identified", b"IDENTIFIED"), re.compile(rb"identified by '([^'\n]{1,1024})'", re.IGNORECASE)),
    ((b"stats",), re.compile(rb"^[ \t]*stats[ \t]+auth[ \t]+[^\s:]{1,64}:(\S{1,256})", re.MULTILINE)),
)
_PROGRAMS = (
    (
        (b"map",),
        re.compile(
            rb"map[ \t]{1,8}\"?\$[a-z_]{0,40}(?:api_?key|token|secret|authorization|password)[a-z_]{0,20}\"?"
            rb"\s{1,8}\$\w{1,60}\s{0,8}\{[^}]{0,8192}"
        ),
        re.compile(rb"""[\n{;]\s{0,40}["']?(?!default|hostnames|volatile|include)([^\s"';{}]+)["']?[ \t]"""),
    ),
    ((b"mysql", b"mariadb"), re.compile(rb"(?:mysql|mariadb)[^\n]{0,4096}"), re.compile(rb"[\s\0]-p([^\s\0\"']+)")),
    (
        (b"curl", b"wget"),
        re.compile(rb"(?:curl|wget)[^\n]{0,4096}"),
        re.compile(rb"""[\s\0](?:-u|-U|--user|--proxy-user)[\s\0=]{0,4}["']?[^\s\0:"']{1,64}:([^\s\0"']+)"""),
    ),
    (
        (b"sshpass", b"redis-cli"),
        re.compile(rb"(?:sshpass|redis-cli)[^\n]{0,4096}"),
        re.compile(rb"[\s\0]-[pa][\s\0]{0,4}([^\s\0\"'-][^\s\0\"']*)"),
    ),
)


@frozen
class _Named:
    """A name in the bytes: where it stands, and what stands around it."""

    start: int
    end: int
    name: bytes
    before: bytes
    flag: bool

    @property
    def quote(self) -> bytes:
        """Return the quote directly before the name, if there is one."""
        return self.before[-1:] if self.before[-1:] in (b'"', b"'") else b""

    @property
    def in_query(self) -> bool:
        """Tell whether this is a parameter of a URL."""
        return self.before[-1:] in (b"?", b"&")

    @property
    def at_line_start(self) -> bool:
        """Tell whether nothing but indentation, `export` or a dash stands before it."""
        return bool(_LINE_START.search(self.before))

    @property
    def header(self) -> bool:
        """Tell whether its value has a form of its own: cookies, credentials with a scheme."""
        return self.name in _HEADERS


class Redactor:
    """Redacts; remembers, as digests, which secrets it has met, so that equal ones get equal numbers within a run."""

    def __init__(self) -> None:
        """Start with no secret known."""
        self._numbers: dict[bytes, int] = {}

    def redact(self, data: bytes) -> bytes:
        """Return the same number of bytes, secrets overwritten. What is redacted already stays as it is."""
        return self._masked(data, _spans(data))

    def redact_text(self, text: str) -> str:
        """Return the same number of characters, secrets overwritten."""
        if text.isascii():
            return self.redact(text.encode("ascii")).decode("ascii")
        plain = text.encode("latin-1", "replace") if max(text) > "\xff" else text.encode("latin-1")
        masked = self.redact(plain)
        return "".join(
            old if before == after else chr(after) for old, before, after in zip(text, plain, masked, strict=True)
        )

    def overwrite(self, data: bytes) -> bytes:
        """Return the same number of bytes, all of them taken for a secret."""
        return self._masked(data, [(0, len(data))])

    def _masked(self, data: bytes, spans: list[Span]) -> bytes:
        out = bytearray(data)
        for start, end in _pieces(data, spans):
            number = _JSON_NUMBER.match(data, max(0, start - 4), end + 1)
            plain = number is not None and number.span(1) == (start, end)
            out[start:end] = b"1" * (end - start) if plain else self._mark(data[start:end])
        return bytes(out)

    def _mark(self, secret: bytes) -> bytes:
        length = len(secret)
        if length < len(b"<secret:1>"):
            return b"*" * length
        digest = hashlib.blake2b(secret, digest_size=16).digest()
        if digest not in self._numbers and len(self._numbers) >= MOST_SECRETS:
            return b"*" * length
        number = self._numbers.setdefault(digest, len(self._numbers) + 1)
        marker = b"<secret:%d" % number
        return b"*" * length if len(marker) >= length else marker + b"." * (length - len(marker) - 1) + b">"


class RedactingLines:
    """Redacts a stream: complete lines come back at once, an unfinished one is held until it ends or `flush()`.

    Of a line longer than `HELD` the beginning is let go; if a secret lies across that place, all the rest of the line
    is taken for secret.
    """

    def __init__(self, redactor: Redactor) -> None:
        """Share the numbers of a run's redactor."""
        self._redactor = redactor
        self._held = b""
        self._hiding = False
        self._key = 0

    def feed(self, chunk: bytes) -> bytes:
        """Take what came; return what is ready, redacted."""
        self._held += chunk
        end = self._held.rfind(b"\n") + 1
        ready = self._block(self._held[:end]) if end else b""
        self._held = self._held[end:]
        return ready + self._overlong()

    def flush(self) -> bytes:
        """Return what is held; the stream has ended, or nothing more is waited for."""
        rest, self._held = self._held, b""
        return self._part(rest)

    def _block(self, data: bytes) -> bytes:
        """Redact complete lines; the first may be the end of one that was let go before."""
        out = b""
        if self._hiding:
            end = data.find(b"\n") + 1
            out, data = self._redactor.overwrite(data[:end]), data[end:]
            self._hiding = False
        return out + self._part(data)

    def _part(self, data: bytes) -> bytes:
        if self._hiding:
            return self._redactor.overwrite(data)
        out = b""
        if self._key:
            end = data.find(_KEY_ENDS)
            end = min(len(data) if end < 0 else end, self._key)
            out, data = self._redactor.overwrite(data[:end]), data[end:]
            self._key = 0 if data else self._key - end
        if (open_key := _open_key(data)) is not None:
            self._key = LONGEST_KEY - (len(data) - open_key)
        return out + self._redactor.redact(data)

    def _overlong(self) -> bytes:
        """Let go the beginning of a line that is too long to be held."""
        if len(self._held) <= HELD:
            return b""
        cut = len(self._held) - OVERLAP
        if self._hiding:
            out, self._held = self._redactor.overwrite(self._held), b""
            return out
        if any(start < cut < end for start, end in _spans(self._held)):
            out, self._held = self._redactor.redact(self._held), b""
            self._hiding = True
            return out
        blank = self._held.rfind(b" ", cut - OVERLAP, cut) + 1
        cut = blank or cut
        out, self._held = self._part(self._held[:cut]), self._held[cut:]
        return out


def _open_key(data: bytes) -> int | None:
    """Return where a private key begins that does not end in these bytes."""
    begun = None
    for found in _KEY_BEGINS.finditer(data):
        begun = found.end()
    if begun is None or data.find(_KEY_ENDS, begun) >= 0 or len(data) - begun >= LONGEST_KEY:
        return None
    return begun


def _pieces(data: bytes, spans: list[Span]) -> Iterator[Span]:
    """Cut spans at what has to stay: structure, blanks at the edges, and what is redacted already."""
    for start, end in _merged(spans):
        at = start
        kept = sorted(
            [found.span() for found in _KEPT.finditer(data, start, end)]
            + [found.span() for found in _MARKER.finditer(data, start, end)]
        )
        for kept_start, kept_end in [*kept, (end, end)]:
            if kept_start > at:
                yield from _stripped(data, at, kept_start)
            at = max(at, kept_end)


def _stripped(data: bytes, start: int, end: int) -> Iterator[Span]:
    piece = data[start:end]
    left = len(piece) - len(piece.lstrip(b" \t"))
    bare = piece.strip(b" \t")
    if bare and bare.strip(b"*"):
        yield start + left, start + left + len(bare)


def _merged(spans: list[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in sorted(spans):
        if current is None or start > current[1]:
            if current is not None:
                yield current
            current = (start, end)
        else:
            current = (current[0], max(current[1], end))
    if current is not None:
        yield current


def _spans(data: bytes) -> list[Span]:
    """Return where secrets stand, structure and all."""
    low = data.lower()
    found = [*_by_name(data, low), *_by_query(data, low), *_by_program(data, low), *_by_shape(data)]
    return [(start, end) for start, end in found if end > start]


def _by_shape(data: bytes) -> Iterator[Span]:
    for shape in (_USERINFO, _KEY_BLOCK):
        yield from (match.span(1) for match in shape.finditer(data))
    for literals, shape in _SHAPES:
        if any(literal in data for literal in literals):
            yield from (match.span(1) for match in shape.finditer(data))


def _by_query(data: bytes, low: bytes) -> Iterator[Span]:
    covered = 0
    for found in _QUERY.finditer(low):
        if found.start() < covered:
            continue
        value = _IN_QUERY if data[found.end() - 1 : found.end()] == b"=" else _IN_ENCODED_QUERY
        span = _trimmed(data, found.end(), _reach(value, data, found.end()))
        covered = span[1]
        if not _is_no_secret(data, span, b""):
            yield span


def _by_program(data: bytes, low: bytes) -> Iterator[Span]:
    for literals, program, secret in _PROGRAMS:
        if not any(literal in low for literal in literals):
            continue
        for line in program.finditer(low):
            for found in secret.finditer(data, line.start(), line.end()):
                yield found.span(1)


def _by_name(data: bytes, low: bytes) -> Iterator[Span]:
    """Yield the values of everything that is named like a secret."""
    covered = 0
    for seed in heapq.merge(*(_places(low, literal) for literal in _SEEDS)):
        if seed < covered:
            continue
        named, covered = _name_around(low, seed)
        if named is None or not _is_secret_name(named):
            continue
        for start, end in _value_place(data, low, named) or ():
            covered = max(covered, end)
            yield start, end


def _places(low: bytes, literal: bytes) -> Iterator[int]:
    at = low.find(literal)
    while at >= 0:
        yield at
        at = low.find(literal, at + len(literal))


def _name_around(low: bytes, seed: int) -> tuple[_Named | None, int]:
    """Return the name that a seed stands in, if it is one of a secret, and where it ends."""
    left = low[max(0, seed - LONGEST_NAME) : seed]
    start = seed - len(left) + len(left.rstrip(_NAME_BYTES))
    found = _NAME.match(low, start, start + 2 * LONGEST_NAME)
    end = found.end() if found else seed
    if end - start > LONGEST_NAME or not _CORE.search(low, start, end):
        return None, end
    text = low[start:end]
    return (
        _Named(
            start=start,
            end=end,
            name=text.lstrip(b"-."),
            before=low[max(0, start - 96) : start],
            flag=text.startswith(b"--"),
        ),
        end,
    )


def _is_secret_name(named: _Named) -> bool:
    if named.before[-1:] == b"/" and not named.header:
        return False
    if named.before[-1:] == b"<" and named.name == b"secret":
        return False
    if named.header:
        return True
    if _COOKIE_LIKE.search(named.name) and not _SECRET_TOO.search(named.name):
        return False
    return not _NO_SECRET.search(named.name) or (named.in_query and named.name == b"pwd")


def _value_place(data: bytes, low: bytes, named: _Named) -> list[Span] | None:
    """Find the value behind a name; `None` if the name is only a word."""
    if low[named.end : named.end + 1] == b">" and named.before[-1:] == b"<":
        end = low.find(b"<", named.end + 1, named.end + 4096)
        return [(named.end + 1, end)] if end > 0 else None
    at, directive = _separated(low, named), False
    if at is None:
        at, directive = _separated_by_blanks(low, named), True
    if at is None:
        return None
    if named.at_line_start and (block := _BLOCK_SCALAR.match(data, at)) is not None:
        return [(block.end(), _block_end(data, named.start, block.end()))]
    spans = [_extent(data, named, at, directive=directive)]
    if data[at : at + 1] == b"[" and named.quote:
        spans = _elements(data, at + 1)
    return [
        part
        for span in (_trimmed(data, *one) for one in spans)
        if not _is_no_secret(data, span, named.name, anything=directive)
        for part in (_header_value(data, low, named, span, directive=directive) if named.header else [span])
    ]


def _elements(data: bytes, at: int) -> list[Span]:
    """Return the strings of a JSON list that begins here."""
    spans: list[Span] = []
    while (found := _ELEMENT.match(data, at)) is not None and len(spans) < MOST_ELEMENTS:
        spans.append(found.span(1))
        at = found.end()
    return spans


def _separated(low: bytes, named: _Named) -> int | None:
    """Return where the value begins behind `=`, `:` and the like."""
    if named.quote:
        if (found := _QUOTED_SEPARATOR.match(low, named.end)) is not None:
            return found.end()
        if (found := _VALUE_SEPARATOR.match(low, named.end)) is not None:
            return found.end()
        paired = named.header or named.before[:-1].rstrip().endswith(b"define(")
        if paired and (found := _TUPLE_SEPARATOR.match(low, named.end)) is not None:
            return found.end()
    if (found := _SEPARATOR.match(low, named.end)) is not None:
        return found.end()
    if (found := _VALUE_SEPARATOR.match(low, named.end)) is not None:
        return found.end()
    return None


def _separated_by_blanks(low: bytes, named: _Named) -> int | None:
    """Return where the value begins behind blanks: options, directives."""
    after = named.end + 1 if named.quote and low[named.end : named.end + 1] == named.quote else named.end
    blanks = _BLANKS.match(low, after)
    if blanks is None:
        return None
    at = blanks.end()
    if named.flag:
        return None if low[at : at + 1] == b"-" else at
    if _DIRECTIVE.search(named.before):
        return at
    if named.at_line_start and (word := _ONE_WORD.match(low, at)) is not None:
        return at if word[1] == b";" or named.name in _ALONE else None
    return None


def _extent(data: bytes, named: _Named, at: int, *, directive: bool) -> Span:
    """Return where the value stands that begins here, without its quotes."""
    first = data[at : at + 1]
    if first == b"\\" and data[at + 1 : at + 2] in (b'"', b"'"):
        return at + 2, _reach(_ESCAPED, data, at + 2)
    if first in (b'"', b"'"):
        return at + 1, _reach(_DOUBLE if first == b'"' else _SINGLE, data, at + 1)
    return at, _reach(_bare(data, named, at, directive=directive), data, at)


def _bare(data: bytes, named: _Named, at: int, *, directive: bool) -> re.Pattern[bytes]:
    """Choose how far a value without quotes reaches."""
    if data[at - 3 : at].lower() == b"%3d":
        return _IN_ENCODED_QUERY
    if named.in_query:
        return _IN_QUERY
    if named.quote and data[named.end : named.end + 1] in (named.quote, b"\\"):
        return _IN_JSON
    if named.quote:
        return _DOUBLE if named.quote == b'"' else _SINGLE
    between_nuls = data[at - 1 : at] == b"\0" or named.before[-1:] == b"\0"
    if between_nuls or (not directive and (named.at_line_start or named.header)):
        return _TO_END
    return _WORD


def _reach(value: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = value.match(data, at)
    return found.end() if found else at


def _trimmed(data: bytes, start: int, end: int) -> Span:
    """Leave out what ends a statement or a clause: blanks, `;`, `,`, closing brackets, the escape of a quote behind."""
    while end > start and data[end - 1 : end] in (b" ", b"\t", b";", b",", b")", b"]"):
        end -= 1
    if data[end : end + 1] in (b'"', b"'"):
        while end > start and data[end - 1 : end] == b"\\":
            end -= 1
    return start, end


def _block_end(data: bytes, name: int, start: int) -> int:
    """Return where a YAML block scalar ends: at the first line not indented deeper than its name."""
    line = data.rfind(b"\n", 0, name) + 1
    depth = name - line
    at = start
    for _ in range(512):
        end = data.find(b"\n", at) + 1 or len(data)
        text = data[at:end]
        if text.strip() and len(text) - len(text.lstrip(b" \t")) <= depth:
            return at
        if end >= len(data):
            return len(data)
        at = end
    return at


def _is_no_secret(data: bytes, span: Span, name: bytes, *, anything: bool = False) -> bool:
    """Tell values that are no secrets: switches, variables, paths of key files."""
    start, end = span
    if end - start > 400:  # noqa: PLR2004 - none of these is that long
        return False
    value = data[start:end].strip()
    if not value or value.lower() in _WORDS_NO_SECRET or _VARIABLE.fullmatch(value):
        return True
    if anything and _ANY_VARIABLE.fullmatch(value):
        return True
    return name.endswith((b"key", b"file")) and bool(_PATH.fullmatch(value))


def _header_value(data: bytes, low: bytes, named: _Named, span: Span, *, directive: bool) -> list[Span]:
    """Keep the scheme of credentials, the names of cookies and the attributes of a Set-Cookie."""
    start, end = span
    if b"cookie" not in named.name:
        scheme = _SCHEME.match(low, start, end)
        at = scheme.end() if scheme else start
        return [] if _is_no_secret(data, (at, end), b"", anything=directive) else [(at, end)]
    spans = []
    at = start
    first = True
    while at < end:
        stop = data.find(b";", at, end)
        stop = end if stop < 0 else stop
        equals = data.find(b"=", at, stop)
        attribute = low[at : stop if equals < 0 else equals].strip()
        if first or b"set" not in named.name or attribute not in _ATTRIBUTES:
            value = (at if equals < 0 else equals + 1, stop)
            if not _is_no_secret(data, value, b"", anything=directive):
                spans.append(value)
        at = stop + 1
        first = False
    return spans
