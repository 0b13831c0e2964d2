"""Guess the `log_format` behind a line of an nginx access log, from labels (`urt=0.004`) and from how values look.

A guess is only a proposal: it is compiled as any format is, and taken if it reads the file's lines. A value is named
only where its label or its look leaves no doubt; all others are text that is read over.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from why502.observations.frozen import frozen

MOST_SEEN = 24
"""Lines that are looked at."""

MOST_GUESSES = 3
LEAST_SHARE = 1 / 4
"""Of the lines looked at, JSON and others each: what a few requests alone would make of a format is not believed."""

MOST_TOKENS = 60
LONGEST = 4096

_NUMBER = r"(?:-|\d{1,9}\.\d{3})"
_TIMES = re.compile(rf"{_NUMBER}(?:(?:, | : ){_NUMBER})*\Z", re.ASCII)
_SERVER = r"(?:unix:[^\s,\"]{1,200}|\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}|\[[0-9A-Fa-f:.]{2,45}\]:\d{1,5})"
_SERVERS = re.compile(rf"{_SERVER}(?:(?:, | : ){_SERVER})*\Z", re.ASCII)
_STATUSES = re.compile(r"(?:-|[1-5]\d\d)(?:(?:, | : )(?:-|[1-5]\d\d))*\Z", re.ASCII)
_DIGITS = re.compile(r"(?:-|\d{1,18})\Z", re.ASCII)
_ADDRESS = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:.]{2,45}|unix:)\Z", re.ASCII)
_REQUEST = re.compile(r"[A-Z_-]{1,32} \S.* HTTP/\d(?:\.\d)?\Z", re.ASCII | re.DOTALL)
_LOCAL = re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\Z", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)\Z", re.ASCII)
_MSEC = re.compile(r"\d{10}\.\d{3}\Z", re.ASCII)

_LABELS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    **dict.fromkeys(
        ("rt", "request_time", "req_time", "reqtime", "requesttime", "duration", "response_time", "time"),
        (("request_time", _TIMES),),
    ),
    **dict.fromkeys(
        ("urt", "upstream_response_time", "upstream_time", "upstreamresponsetime", "up_rt", "upstream_rt", "uresp"),
        (("upstream_response_time", _TIMES),),
    ),
    **dict.fromkeys(
        ("uct", "upstream_connect_time", "upstreamconnecttime", "up_ct"), (("upstream_connect_time", _TIMES),)
    ),
    **dict.fromkeys(
        ("uht", "upstream_header_time", "upstreamheadertime", "up_ht"), (("upstream_header_time", _TIMES),)
    ),
    **dict.fromkeys(
        ("ua", "uaddr", "us", "up", "ups", "upstream", "upstream_addr", "upstreamaddr", "upstream_address", "backend"),
        (("upstream_addr", _SERVERS), ("upstream_status", _STATUSES)),
    ),
    **dict.fromkeys(
        ("ust", "upstream_status", "upstreamstatus", "up_status", "ups_status", "us_status"),
        (("upstream_status", _STATUSES),),
    ),
    **dict.fromkeys(("st", "status", "code", "response_code"), (("status", _STATUSES),)),
    **dict.fromkeys(("conn", "connection"), (("connection", _DIGITS),)),
    **dict.fromkeys(
        ("remote_addr", "client", "client_ip", "remote_ip", "ip", "clientip"), (("remote_addr", _ADDRESS),)
    ),
    **dict.fromkeys(
        ("time_local", "time_iso8601", "timestamp", "@timestamp", "msec", "ts", "date", "datetime", "time", "t"),
        (("time_local", _LOCAL), ("time_iso8601", _ISO), ("msec", _MSEC)),
    ),
    **dict.fromkeys(("request", "req", "request_line"), (("request", _REQUEST),)),
    **dict.fromkeys(
        ("method", "request_method", "http_method", "verb"), (("request_method", re.compile(r"[A-Z]{3,9}\Z")),)
    ),
    **dict.fromkeys(
        ("uri", "request_uri", "path", "url", "request_path"), (("request_uri", re.compile(r"/|https?://")),)
    ),
}
_LABELS["time"] = (*_LABELS["time_local"], ("request_time", _TIMES))

_TOKEN = re.compile(
    r"""(?P<label>[A-Za-z_@][\w.@-]{0,40}(?:=|: ?))?(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|\[(?P<bracket>[^\[\]"]*+)\]|"""
    r"""(?P<bare>[^\s"]+?(?=[,;|]?(?:\s|\Z))))""",
    re.ASCII,
)
_COMMON = re.compile(r"(\S+) - (.*?) \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]", re.ASCII)


def guesses(lines: Sequence[bytes]) -> list[str]:
    """Return the formats that lines hint at, the most frequent first."""
    texts = [each.decode("utf-8", "replace").rstrip("\r\n") for each in spread(lines) if len(each) <= LONGEST]
    objects = [each for each in texts if each.startswith("{")]
    rows = [each for each in texts if not each.startswith("{")]
    return [*_voted([_from_json(each) for each in objects]), *_voted([_from_row(each) for each in rows])]


def _voted(seen: list["_Seen | None"]) -> list[str]:
    """Put together what lines of the same build say of each value.

    A dash says nothing: most lines of a log may be of requests that no server was asked for.
    """
    builds: dict[str, list[_Seen]] = {}
    for each in seen:
        if each is not None:
            builds.setdefault(each.build, []).append(each)
    least = len(seen) * LEAST_SHARE
    often = sorted(builds.values(), key=len, reverse=True)[:MOST_GUESSES]
    made = [_named(each) for each in often if len(each) >= least]
    return [guess for guess in made if guess is not None]


def _named(lines: list["_Seen"]) -> str | None:
    names: list[str] = []
    for column in zip(*(each.values for each in lines), strict=True):
        votes = Counter(name for name, tells in column if tells) or Counter(name for name, _ in column)
        name = votes.most_common(1)[0][0]
        names.append(name if name and name not in names else f"http_x{len(names)}")
    if "status" not in names or not _TIMED & set(names) or not any(each.startswith(_TELLING) for each in names):
        return None
    if not lines[0].build.startswith("{") and "request" not in names:
        return None
    pieces = lines[0].build.split(_HERE)
    named = [f"${{{name}}}{piece}" for name, piece in zip(names, pieces[1:], strict=True)]
    return pieces[0] + "".join(named)


def spread(lines: Sequence[bytes]) -> Sequence[bytes]:
    """Take some lines from the whole of them."""
    return lines[:: max(1, len(lines) // MOST_SEEN)][:MOST_SEEN]


@frozen
class _Seen:
    """A line: its text with a mark for each value, each value's name (empty: some text), and whether it tells."""

    build: str
    values: tuple[tuple[str, bool], ...]


_HERE = "\0"
_TIMED = frozenset({"time_local", "time_iso8601", "msec"})
_TELLING = ("upstream_", "request_time")
"""One of these makes a format more than what other products write as well."""


def _from_row(text: str) -> _Seen | None:
    start = _COMMON.match(text)
    namer = _Namer()
    made = ""
    at = 0
    if start is not None:
        made = f"{_HERE} - {_HERE} [{_HERE}]"
        for number, name in enumerate(("remote_addr", "remote_user", "time_local"), 1):
            namer.named(name, start[number])
        at = start.end()
    tokens = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or tokens > MOST_TOKENS:
            if tokens > MOST_TOKENS or text[at] in ("$", _HERE):
                return None
            made += text[at]
            at += 1
            continue
        tokens += 1
        at = found.end()
        made += namer.token(found)
    return _Seen(build=made, values=tuple(namer.values))


class _Namer:
    """Names the values of one line, each variable once."""

    def __init__(self) -> None:
        self.met: set[str] = set()
        self.last = ""
        self.values: list[tuple[str, bool]] = []

    def named(self, name: str, value: str) -> str:
        self.values.append((name, value not in ("", "-")))
        self.met.add(name)
        self.last = name
        return _HERE

    def text(self, value: str) -> str:
        self.values.append(("", value not in ("", "-")))
        self.last = ""
        return _HERE

    def labelled(self, label: str, value: str) -> str | None:
        """Name a value by its label, if it looks as the label says."""
        for name, looks in _LABELS.get(label.lower(), ()):
            if name not in self.met and looks.match(value):
                return self.named(name, value)
        return None

    def token(self, found: re.Match[str]) -> str:
        label, quoted, bracket, bare = found["label"] or "", found["quoted"], found["bracket"], found["bare"]
        value = quoted if quoted is not None else bracket if bracket is not None else bare
        before, after = ('"', '"') if quoted is not None else ("[", "]") if bracket is not None else ("", "")
        name = self.labelled(label.rstrip("=: "), value) if label else None
        name = name or self.looked(value, quoted is not None, bool(label))
        return label + before + name + after

    def looked(self, value: str, quoted: bool, labelled: bool) -> str:
        """Name a value by its look and by what stands before it."""
        if not self.met & _TIMED:
            for name, looks in (("time_local", _LOCAL), ("time_iso8601", _ISO), ("msec", _MSEC)):
                if looks.match(value):
                    return self.named(name, value)
        if quoted and "request" not in self.met and _REQUEST.match(value):
            return self.named("request", value)
        if labelled:
            return self.text(value)
        return self._placed(value, quoted)

    def _placed(self, value: str, quoted: bool) -> str:
        if not quoted and "status" not in self.met and self.last == "request" and re.fullmatch(r"[1-5]\d\d", value):
            return self.named("status", value)
        if not quoted and self.last == "status" and _DIGITS.match(value):
            return self.named("body_bytes_sent", value)
        if not quoted and "remote_addr" not in self.met and _ADDRESS.match(value) and value != "-":
            return self.named("remote_addr", value)
        if "status" not in self.met:
            return self.text(value)
        if not quoted and "upstream_addr" not in self.met and _SERVERS.match(value):
            return self.named("upstream_addr", value)
        if self.last == "upstream_addr" and "upstream_status" not in self.met and re.fullmatch(r"[1-5]\d\d", value):
            return self.named("upstream_status", value)
        if re.fullmatch(r"\d{1,9}\.\d{3}", value):
            # The two that are written without labels stand in this order, as in the documentation's samples.
            for name in ("request_time", "upstream_response_time"):
                if name not in self.met:
                    return self.named(name, value)
        return self.text(value)


_PAIR = re.compile(r'"((?:[^"\\]|\\.){1,100}+)"(\s*:\s*)(?:"((?:[^"\\]|\\.)*+)"|(-?\d[\d.eE+-]*+|-|null|true|false))')


def _from_json(text: str) -> _Seen | None:
    """Put variables for the values of an object that was written by a format; arrays are none."""
    if "$" in text or _HERE in text:
        return None
    namer = _Namer()

    def put(found: re.Match[str]) -> str:
        key, colon, quoted, bare = found.groups()
        value = quoted if quoted is not None else bare
        name = namer.labelled(key.rpartition(".")[2], value) or namer.text(value)
        return f'"{key}"{colon}"{name}"' if quoted is not None else f'"{key}"{colon}{name}'

    made = _PAIR.sub(put, text)
    return _Seen(build=made, values=tuple(namer.values))


DEEPEST = 4
MOST_KEYS = 200


def paths(lines: Sequence[bytes]) -> Mapping[str, tuple[str, ...]]:
    """Find where objects hold which variable, in whatever order their keys stand; empty if they tell too little."""
    counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
    objects = 0
    for line in spread(lines):
        found = _object(line)
        objects += found is not None
        namer = _Namer()
        for path, value in _leaves(found or {}, ()):
            if value not in ("", "-") and namer.labelled(path[-1].rpartition(".")[2], value):
                counts[namer.last, path] += 1
    made: dict[str, tuple[str, ...]] = {}
    for (name, path), count in counts.most_common():
        if count >= objects * LEAST_SHARE and path not in made.values():
            made.setdefault(name, path)
    tells = any(name.startswith(_TELLING) for name in made)
    return made if "status" in made and _TIMED & set(made) and tells else {}


def _object(line: bytes) -> dict[str, object] | None:
    if not line.startswith(b"{") or len(line) > LONGEST:
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _leaves(found: Mapping[str, object], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in list(found.items())[:MOST_KEYS]:
        if isinstance(value, dict) and len(above) < DEEPEST:
            yield from _leaves(value, (*above, key))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield (*above, key), str(value)
