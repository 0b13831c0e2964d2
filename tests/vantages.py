"""Stands-in for a vantage and for what surrounds a looker."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from why502.observations.fact import Fact
from why502.observations.place import Place, Window
from why502.observations.subjects import Address
from why502.observations.want import As, F, Gap, User, Want, Why
from why502.vantage.base import Entry, No, Raw, ReadOnly, Refusal, Resolved, Stream, Vantage
from why502.vantage.looking import Looker

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE = Place(host="paper", net=10, mnt=20)


class Paper:
    """A vantage on paper: files, links, directories and command outputs from dictionaries."""

    name = "paper"
    kind = "replay"

    def __init__(
        self,
        files: Mapping[str, bytes | str | No] | None = None,
        links: Mapping[str, str | No] | None = None,
        runs: Mapping[ReadOnly, bytes | str | Refusal] | None = None,
        entries: Mapping[str, Entry | No] | None = None,
        *,
        privileged: bool = True,
    ) -> None:
        self.files = dict(files or {})
        self.links = dict(links or {})
        self.runs = dict(runs or {})
        self.entries = dict(entries or {})
        self.privileged = privileged
        self.asked: list[tuple[str, ...]] = []

    def here(self) -> Place:
        return HERE

    def covers(self, place: Place) -> Why | None:
        return None if place.host == HERE.host else Why.NO_VANTAGE

    def unlock(self) -> str:
        return "sudo why502"

    async def now(self) -> datetime:
        return NOW

    async def token(self) -> str:
        return "000000000000"

    def refusal(self, no: No, text: str = "") -> Refusal:
        return Refusal(no=no, at=Window.instant(NOW), text=text)

    async def read(
        self, place: Place, path: str, most: int, *, tail: bool = False, reader: User | None = None
    ) -> Raw | Refusal:
        self.asked.append(("read", path))
        found = self.files.get(path, No.MISSING)
        if isinstance(found, No):
            return self.refusal(found)
        whole = found.encode() if isinstance(found, str) else found
        data = whole[-most:] if tail else whole[:most]
        start = len(whole) - len(data) if tail else 0
        return Raw(
            data=data,
            at=Window.instant(NOW),
            source=path,
            cut=len(data) < len(whole),
            start=start,
            size=len(whole),
            changed=NOW - timedelta(days=1),
        )

    async def list(self, place: Place, path: str) -> tuple[str, ...] | Refusal:
        self.asked.append(("list", path))
        base = path.rstrip("/") + "/"
        known = [*self.files, *self.links, *self.entries]
        names = sorted({name.removeprefix(base).split("/")[0] for name in known if name.startswith(base)})
        return tuple(names) if names else self.refusal(No.MISSING)

    async def stat(self, place: Place, path: str) -> Entry | Refusal:
        found = self.entries.get(path, No.MISSING)
        return self.refusal(found) if isinstance(found, No) else found

    async def readlink(self, place: Place, path: str) -> str | Refusal:
        found = self.links.get(path, No.MISSING)
        return self.refusal(found) if isinstance(found, No) else found

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        self.asked.append(("run", command.name, *arguments))
        found = self.runs.get(command, self.refusal(No.NO_TOOL))
        if isinstance(found, Refusal):
            return found
        data = found.encode() if isinstance(found, str) else found
        return Raw(data=data, at=Window.instant(NOW), source=" ".join(command.value))

    async def connect(self, to: Address, how: As) -> Stream | Refusal:
        return self.refusal(No.NO_WAY_IN)

    async def resolve(self, place: Place, name: str, server: str | None = None) -> Resolved | Refusal:
        return self.refusal(No.NO_WAY_IN)


class Hand:
    """What surrounds a looker: a vantage, given lookers and given facts; equal wants are looked at once."""

    def __init__(
        self,
        vantage: Vantage,
        lookers: Iterable[Looker] = (),
        facts: Iterable[Fact] = (),
        since: timedelta | None = None,
    ) -> None:
        self.vantage = vantage
        self.lookers = list(lookers)
        self.facts = list(facts)
        start = datetime.now(UTC) if vantage.kind == "local" else NOW
        self.horizon = Window(start=start - (since or timedelta(minutes=15)), end=start)
        self.kept: dict[Want[Fact], tuple[Fact, ...] | Gap] = {}

    async def get(self, want: Want[F]) -> tuple[F, ...] | Gap:
        if want not in self.kept:
            self.kept[want] = await self.look(want)
        return self.kept[want]  # type: ignore[return-value]

    async def look(self, want: Want[F]) -> tuple[Fact, ...] | Gap:
        found: tuple[Fact, ...] = tuple(
            fact for fact in self.facts if isinstance(fact, want.kind) and fact.about == want.about
        )
        for looker in self.lookers:
            if want.kind in looker.yields:
                answer = await looker.look(want, self)
                if isinstance(answer, Gap):
                    return answer
                found += answer
        return found
