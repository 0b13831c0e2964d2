"""The grammar of nginx's configuration: statements of words by their offsets in the text.

As in nginx's own reader: a comment, a quote and a closing brace count only where a word could start, a
backslash takes the next character with it, `${` does not open a block, one parameter has at most 4,095 bytes.
"""

import re
from array import array
from bisect import bisect_left

from why502.observations.frozen import frozen
from why502.observations.gateway import Site

LONGEST = 4096
DEEPEST = 100

_SKIP = r"(?:[ \t\r\n]++|\#[^\n]*+)*+"
_REST = r"(?:[^ \t\r\n;{\\$]++|\\.|\$\{*+)*+"
_BARE = r"(?:[^ \t\r\n;{}#\"'\\$]|\\.|\$\{*+)" + _REST
_DOUBLE = r'"(?:[^"\\]++|\\.)*+"'
_SINGLE = r"'(?:[^'\\]++|\\.)*+'"
_WORD = rf"(?:{_BARE}|(?:{_DOUBLE}|{_SINGLE})(?=[ \t\r\n;{{)]))"
_STATEMENT = re.compile(rf"{_SKIP}(?:(\}})|({_WORD})(?:{_SKIP}{_WORD})*+{_SKIP}([;{{])|\Z|(.))", re.DOTALL)
_TOKEN = re.compile(rf"[ \t\r\n]++|(?P<comment>\#[^\n]*+)|(?P<quoted>{_DOUBLE}|{_SINGLE})|(?P<bare>{_BARE})", re.DOTALL)
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = re.compile(
    r"--\[(=*+)\[.*?\]\1\]|--[^\n]*+|\[(=*+)\[.*?\]\2\]|\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'|[{}]",
    re.DOTALL,
)

_PLAIN = re.compile(r"[^\"'\\#\x00-\x08\x0b\x0c\x0e-\x1f\x80-\xff]*+")

KNOWN = ("", "http", "server", "listen", "server_name", "include", "location", "upstream", "if", "limit_except")
HTTP, SERVER, LISTEN, SERVER_NAME, INCLUDE, LOCATION, UPSTREAM, IF, LIMIT_EXCEPT = range(1, len(KNOWN))
_IDS = {name: number for number, name in enumerate(KNOWN)}


@frozen
class Problem:
    """A fault of a file: what nginx would refuse, or what could not be read."""

    site: Site
    says: str

    def __str__(self) -> str:
        """Write as `path:line: what`."""
        return f"{self.site}: {self.says}"


@frozen
class Word:
    """One word with its place in the text: `text[start:end]` is the word as written, quotes included."""

    value: str
    start: int
    end: int


class Source:
    """One file as read: its text, one character for each byte, and its statements as columns of offsets.

    Statement `i` stands at `text[starts[i]:ends[i]]`, its last character is `;` or `{`. A block's own
    statements are `i + 1` up to `closes[i]`, which is the first after it; `closes[i]` is 0 without a block.
    `kinds[i]` is the number in `KNOWN` of its first word, or 0. What could not be read is not there.
    """

    __slots__ = ("_newlines", "closes", "ends", "kinds", "path", "problems", "starts", "text")

    def __init__(self, path: str, text: str) -> None:
        """Read the text at once; `text` is bytes decoded as Latin-1."""
        self.path = path
        self.text = text
        self.starts = array("I")
        self.ends = array("I")
        self.closes = array("I")
        self.kinds = array("B")
        self.problems: tuple[Problem, ...] = ()
        self._newlines: array[int] | None = None
        says = _scan(self)
        if says is not None:
            self.problems = (Problem(site=Site(path=path, line=self.line(says[0])), says=says[1]),)

    def line(self, offset: int) -> int:
        """Return the number of the line, from 1, that an offset is on."""
        if self._newlines is None:
            self._newlines = array("I", (found.start() for found in re.finditer("\n", self.text)))
        return bisect_left(self._newlines, offset) + 1

    def lines(self) -> int:
        """Return the number of lines."""
        return self.text.count("\n") + (1 if self.text and not self.text.endswith("\n") else 0)

    def words(self, index: int) -> tuple[str, ...]:
        """Return the words of a statement, quotes and escapes resolved."""
        written = self.text[self.starts[index] : self.ends[index] - 1]
        if _PLAIN.fullmatch(written) is not None:
            return tuple(written.split())
        return tuple(word.value for word in self.placed(index))

    def placed(self, index: int) -> tuple[Word, ...]:
        """Return the words of a statement with their offsets."""
        return tuple(_words(self.text, self.starts[index], self.ends[index] - 1))


def readable(text: str) -> str:
    """Return text of a configuration (one character for each byte) as a person reads it."""
    return text if text.isascii() else text.encode("latin-1", "replace").decode("utf-8", "replace")


def as_bytes_are(text: str) -> str:
    """Return a person's text with one character for each byte of its UTF-8, as configurations are held."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def as_path(text: str) -> str:
    """Return text of a configuration as a path, whose bytes are the same."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def _words(text: str, start: int, end: int) -> list[Word]:
    words: list[Word] = []
    for found in _TOKEN.finditer(text, start, end):
        if found["quoted"] is not None:
            value = text[found.start() + 1 : found.end() - 1]
        elif found["bare"] is not None:
            value = found[0]
        else:
            continue
        if "\\" in value:
            value = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), value)
        words.append(Word(value=value, start=found.start(), end=found.end()))
    return words


def _scan(into: Source) -> tuple[int, str] | None:
    """Fill the columns; return where and why reading ended early, if it did."""
    opened: list[int] = []
    position: int | None = 0
    said: tuple[int, str] | None = None
    while position is not None and said is None:
        position, said = _run(into, position, opened)
    for index in opened:
        into.closes[index] = len(into.starts)
    return said


def _run(into: Source, position: int, opened: list[int]) -> tuple[int | None, tuple[int, str] | None]:
    """Read on from a position to the end, a fault, or a block of Lua; return where to go on."""
    text, starts, ends, closes, kinds = into.text, into.starts, into.ends, into.closes, into.kinds
    for found in _STATEMENT.finditer(text, position):
        start, end = found.span()
        if end - start >= LONGEST and (long := _too_long(text, start, end)):
            return None, long
        match found.lastindex:
            case 3:
                name = found[2]
                kinds.append(_IDS.get(name, 0))
                starts.append(found.start(2))
                ends.append(end)
                closes.append(0)
                if found[3] == "{":
                    opened.append(len(starts) - 1)
                    if len(opened) > DEEPEST:
                        return None, (found.start(2), f"more than {DEEPEST} blocks within each other")
                    if name.endswith("_by_lua_block"):
                        return _after_lua(text, end), None
            case 1:
                if not opened:
                    return None, (found.start(1), 'unexpected "}"')
                closes[opened.pop()] = len(starts)
            case 4:
                return None, _fault(text, found.start(4))
            case _:
                return None, (len(text), 'unexpected end of file, expecting "}"') if opened else None
    return None, None


def _after_lua(text: str, position: int) -> int:
    """Return where the closing brace of a block of Lua stands (OpenResty reads it by Lua's grammar)."""
    depth = 1
    for found in _LUA.finditer(text, position):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                return found.start()
    return len(text)


def _too_long(text: str, start: int, end: int) -> tuple[int, str] | None:
    """Find a parameter, or a comment, that does not fit into nginx's buffer."""
    for found in _TOKEN.finditer(text, start, end):
        # The sign after a word must fit too, unless it ends the statement; of a quoted word, the closing quote.
        size = found.end() - found.start()
        if found["quoted"] is not None:
            size -= 1
        elif found["bare"] is not None and text[found.end() : found.end() + 1] not in (";", "{"):
            size += 1
        if size >= LONGEST and (found["quoted"] or found["bare"] or found["comment"]):
            return found.start(), "too long parameter"
    return None


def _fault(text: str, offset: int) -> tuple[int, str]:
    """Say what is wrong at a place where no statement can be read."""
    position = offset
    while (found := _TOKEN.match(text, position)) is not None:
        position = found.end()
        if found["quoted"] is not None and text[position : position + 1] not in (*" \t\r\n;{)", ""):
            break
    if position >= len(text) or text[position] == "\\":
        return len(text), 'unexpected end of file, expecting ";" or "}"'
    if text[position] in "\"'" and found is None:
        return position, f"missing terminating {text[position]} character"
    return position, f'unexpected "{text[position]}"'
