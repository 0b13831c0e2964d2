"""What a line format compiles to: a scanning plan, which any engine runs over bytes (`reading.read` is its meaning).

A plan is data: no engine knows a format. Text formats are a row of steps; JSON and logfmt lines a table of keys.
Each value found goes to a role. A value ends at the first byte that its step names, so that every line has one reading
at most; a step whose value a client could end early must not exist (`docs/logs.md`, "Whose words").
"""

from enum import IntEnum

from why502.observations.frozen import frozen


class Role(IntEnum):
    """What a value says. The numbers are those of the kernel's columns; `NONE` is read over.

    `TIME` in any of the shapes that `times.parse` knows; `DATE` only beside a `TIME` without date. `REQUEST` is
    `METHOD TARGET PROTOCOL`, else `METHOD` and `PATH` (target: path, or URL, query included) stand apart.
    `UPSTREAM` and `UPSTREAM_STATUS` hold lists where the plan says `attempts`. `SECONDS`: the request until its last
    byte; `UPSTREAM_SECONDS`: the upstream's part. The words `A` to `D` are what the format's judge goes by (termination
    state, response flags, …). `KEY` is equal in this line and in another log's line of the same request.
    """

    NONE = 0
    TIME = 1
    DATE = 2
    STATUS = 3
    REQUEST = 4
    METHOD = 5
    PATH = 6
    CLIENT = 7
    UPSTREAM = 8
    UPSTREAM_STATUS = 9
    SECONDS = 10
    UPSTREAM_SECONDS = 11
    WORD_A = 12
    WORD_B = 13
    WORD_C = 14
    WORD_D = 15
    KEY = 16


WORDS = (Role.WORD_A, Role.WORD_B, Role.WORD_C, Role.WORD_D)
MOST_STEPS = 200
MOST_KEYS = 64


class Unit(IntEnum):
    """The unit of a bare number of seconds; a suffix in the line (`23ms`, `1.5s`) goes before it."""

    SECONDS = 0
    MILLISECONDS = 1
    MICROSECONDS = 2
    NANOSECONDS = 3


class Quote(IntEnum):
    """How the byte that ends a value may stand inside of it.

    `BACKSLASH`: after a backslash (which also escapes itself). `DOUBLED`: written twice, as in CSV. `LISTED`: behind a
    comma, and around a colon that stands alone, as in nginx's lists without quotes (`a, b : c`; `stop` is a blank).
    """

    NONE = 0
    BACKSLASH = 1
    DOUBLED = 2
    LISTED = 3


@frozen
class Take:
    """Take the value until `stop` (one byte, not taken, left for the next step), or to the line's end (`b""`).

    `present`: only whether there is a value counts; it becomes `+`, or empty for `-`, nothing, or a number below zero.
    `bare`: the value may not hold a blank, tab or quote (else the line does not fit). `port`: it is an address and its
    port, and loses what stands from its last colon on.
    """

    role: Role
    stop: bytes = b""
    quote: Quote = Quote.NONE
    unit: Unit = Unit.SECONDS
    present: bool = False
    bare: bool = False
    port: bool = False


@frozen
class Literal:
    """Exactly these bytes stand here."""

    text: bytes


@frozen
class Seek:
    """Go on behind the next occurrence of these bytes (at most 255 bytes away): for headers of syslog and the like."""

    text: bytes


@frozen
class Blanks:
    """One or more spaces."""


Step = Take | Literal | Seek | Blanks


@frozen
class Key:
    """A value of a JSON object (by its path) or of a logfmt line (a path of one name).

    `equals`: the line is of this plan only if the value begins with it. A value that
    is an array or an object has no role; names inside an object go by its path.
    """

    path: tuple[str, ...]
    role: Role = Role.NONE
    unit: Unit = Unit.SECONDS
    present: bool = False
    equals: str | None = None


class Shape(IntEnum):
    """How a line is built: a row of `steps`, a JSON object of `keys`, or blank-separated `name=value` of `keys`."""

    ROW = 0
    JSON = 1
    LOGFMT = 2


class Kind(IntEnum):
    """What a line tells: a request, a gateway's message about one, or something that is only counted as a line."""

    REQUEST = 0
    MESSAGE = 1
    OTHER = 2


@frozen
class Plan:
    """A compiled format.

    `start`: bytes that a JSON or logfmt line has before its object; it is sought as `Seek` does (empty: the line
    begins with the object). `needs`: roles without which a line is not of this plan. `attempts`: upstream lists as
    nginx writes them (`a, b : c`). `naive_utc`: times without a zone are UTC, not the host's. `name` is the format's.
    """

    name: str
    shape: Shape = Shape.ROW
    kind: Kind = Kind.REQUEST
    steps: tuple[Step, ...] = ()
    keys: tuple[Key, ...] = ()
    start: bytes = b""
    needs: frozenset[Role] = frozenset({Role.TIME})
    attempts: bool = False
    naive_utc: bool = False
