"""The first contact: what the client's own request met."""

from enum import Enum

from why502.observations.fact import Event
from why502.observations.failure import Request
from why502.observations.frozen import frozen
from why502.observations.probes import Certificate, Met


class Ending(Enum):
    """How one try ended."""

    ANSWERED = "answered"
    NO_ADDRESS = "no-address"
    NO_CONNECTION = "no-connection"
    TLS_FAILED = "tls-failed"
    CLOSED = "closed"
    INVALID = "invalid"
    HANGING = "hanging"


@frozen
class Answer(Event):
    """One try of the given URL (about: the Endpoint that was asked).

    `headers` keep order and spelling; `body` is text, at most 16 KiB. `open` is true while the request is
    still waiting. Seconds from the connect to the last byte read.
    """

    number: int
    request: Request
    ending: Ending
    met: Met
    status: int | None
    reason: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: str
    seconds: float
    error: str = ""
    chain: tuple[Certificate, ...] = ()
    tls: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first header of this name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Maker(Enum):
    """Whether a gateway made an answer itself or passed it on."""

    MADE = "made"
    PASSED = "passed"
    UNSURE = "unsure"


@frozen
class Origin:
    """Which product an answer speaks of, and whether it made it."""

    product: str
    version: str | None
    maker: Maker
    says: str
