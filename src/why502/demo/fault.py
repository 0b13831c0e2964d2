"""What a fault of the demo is: one file, whose docstring tells what is broken."""

import sys
from collections.abc import Callable

from why502.demo.stand import Stand
from why502.observations.failure import CauseId
from why502.observations.frozen import frozen

Break = Callable[[Stand], str]


@frozen
class Fault:
    """One way to break the stand; `play` breaks it and returns the URL to diagnose.

    `causes` are the answers an expert would accept.
    """

    home: str
    causes: frozenset[CauseId]
    play: Break

    @property
    def name(self) -> str:
        """Return the name on the command line, for example `wrong-port`."""
        return self.home.rpartition(".")[2].replace("_", "-")

    @property
    def story(self) -> str:
        """Return what is broken, as the file's docstring tells it."""
        return (sys.modules[self.home].__doc__ or "").strip()

    @property
    def title(self) -> str:
        """Return the first line of the story."""
        return self.story.split("\n", 1)[0].rstrip(".")


def fault(*causes: CauseId) -> Callable[[Break], Fault]:
    """Make the decorated function a fault whose right answer is one of these causes."""

    def bind(play: Break) -> Fault:
        return Fault(home=play.__module__, causes=frozenset(causes), play=play)

    return bind
