"""One diagnosis from the first request to the explained incidents."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta

from why502.diagnosis.chain import explanation
from why502.diagnosis.closing import fails_until, until
from why502.diagnosis.failing import (
    by_asking,
    by_hanging,
    contradicted,
    failed,
    grouped,
    hop_of,
    live,
    of_try,
    route_subject,
    unknown,
    upstreams,
)
from why502.diagnosis.inside import enter, explore, gateways_here
from why502.diagnosis.judging import judged, settle
from why502.diagnosis.options import Options
from why502.diagnosis.outcome import Finding, Incident, Inside, Outcome, Target, severity
from why502.diagnosis.reaching import (
    REDIRECTS,
    SAFE,
    Way,
    names_of,
    ports_of,
    reached,
    redirected,
    request_for,
    send,
    serving,
    spoke,
    ways,
)
from why502.diagnosis.target import is_address
from why502.gateways.recognition import possible, recognise
from why502.observations.answer import Answer, Ending, Maker, Origin
from why502.observations.fact import Fact
from why502.observations.failure import Failure, Request
from why502.observations.gateway import GatewayProcess, LoggedRequest, RouteListed, RouteTaken
from why502.observations.place import Window
from why502.observations.probes import NameAnswer, TcpAttempt
from why502.observations.processes import ProcessTable
from why502.observations.server import AppServer
from why502.observations.sockets import Connections, TcpState
from why502.observations.subjects import Endpoint, Machine
from why502.observations.want import As, Gap, Want
from why502.probes.contact import Contact
from why502.rules.listening import table_want
from why502.rules.probing import CONNECT
from why502.survey.survey import Survey
from why502.vantage.base import Vantage

QUICK = 1.0
HANGING = 2.2
SHORT = 3.0
RESERVE = 0.5
"""Looking ends so many seconds before the deadline, at most a fifth of it: judging and the report take time, too."""
FINAL = timedelta(seconds=60)
CLOCK = timedelta(seconds=0.5)


async def diagnose(
    vantage: Vantage,
    target: Target,
    options: Options,
    survey: Survey | None = None,
    stop: asyncio.Event | None = None,
) -> Outcome:
    """Diagnose one target from one vantage; with a survey of before, what is known of the host is not read again.

    When `stop` is set, what is known by then is the outcome.
    """
    survey = survey or await surveying(vantage, options)
    return await _Run(vantage, target, options, survey, stop or asyncio.Event()).run()


async def surveying(vantage: Vantage, options: Options) -> Survey:
    """Begin to look: the period that logs count for, and the time at which looking ends."""
    now = await vantage.now()
    since = options.since_at or now - timedelta(seconds=options.since)
    rest = min(RESERVE, options.deadline / 5)
    ends = asyncio.get_running_loop().time() + options.deadline - rest
    own = tuple((name, value) for name, value in options.headers if name.lower() != "host")
    policy = replace(options.policy, headers=own, trust=options.trust_upstream)
    return Survey(vantage, Window(start=since, end=now + FINAL), policy, ends)


class _Run:
    """The state of one diagnosis; each step adds to it."""

    def __init__(self, vantage: Vantage, target: Target, options: Options, survey: Survey, stop: asyncio.Event) -> None:
        self.vantage = vantage
        self.survey = survey
        self.target = target
        self.options = options
        self.stop = stop
        self.answers: list[Answer] = []
        self.names: tuple[NameAnswer, ...] = ()
        self.inside: Inside | None = None
        self.moments: tuple[Window, ...] = ()
        self.origin: Origin | None = None
        self.failures: list[Failure] = []
        self.noted: tuple[Failure, ...] = ()
        self.redirects: list[Answer] = []
        self.endless = False

    async def run(self) -> Outcome:
        """Go through first contact, the inside, the failures and their causes."""
        started = await self.vantage.now()
        self.token = await self.vantage.token()
        unfinished = await self._until_stopped(self._look())
        incidents = self._incidents(self.failures)
        facts = tuple(fact for each in self.survey.seen.values() if not isinstance(each, Gap) for fact in each)
        return Outcome(
            target=self.target,
            finding=self._found(incidents, unfinished=bool(unfinished)),
            started=started,
            ended=await self.vantage.now(),
            answers=tuple(self.answers),
            origin=self.origin,
            names=self.names,
            inside=self.inside,
            incidents=incidents,
            noted=self.noted,
            gaps=tuple(self.survey.gaps),
            facts=facts,
            vantage=(self.vantage.kind, self.vantage.name, self.vantage.privileged),
            outside=self.options.policy.outside,
            redirects=tuple(self.redirects),
            unfinished=unfinished,
        )

    def _found(self, incidents: Sequence[Incident], *, unfinished: bool) -> Finding:
        if self.endless:
            return Finding.OTHER_ERROR
        if not self.answers and self.options.policy.probe and not unfinished:
            return Finding.UNREACHABLE
        if unfinished and all(each.ending is Ending.HANGING and each.seconds < HANGING for each in self.answers):
            return Finding.BAD_GATEWAY if incidents else Finding.INCONCLUSIVE
        return _finding(self.answers, incidents)

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> str:
        """Do the work until it ends, time is up or the user has enough of it; say which of the two ended it early."""
        doing, stop = asyncio.ensure_future(work), asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({doing, stop}, timeout=max(self.survey.left(), 0.1), return_when=asyncio.FIRST_COMPLETED)
            ended = doing.done()
        finally:
            stop.cancel()
            doing.cancel()
            await asyncio.wait({doing, stop})
        if ended:
            doing.result()
            return ""
        return "it was interrupted" if self.stop.is_set() else f"{self.options.deadline:g} s were over"

    async def _look(self) -> None:
        """Meet the target, then what failed, then why."""
        if self.options.policy.probe:
            await self._contact()
        else:
            await self._look_only()
        self.failures, self.noted = await self._failures()
        for each in self.failures:
            await settle(_going_on(each), self.survey)
        self.failures = await self._close(self.failures)

    # First contact

    async def _contact(self) -> None:
        """Reach the target, follow it where it redirects within its site, and send the tries."""
        while True:
            way = await self._reach()
            if way is None:
                return
            self.way, self.how = way, request_for(self.target, self.options, way.scheme, self.token)
            onward = redirected(self.target, way, self.answers[0], self.options)
            if onward is None:
                break
            if len(self.redirects) == REDIRECTS:
                self.endless = True
                return
            self.redirects.append(self.answers[0])
            self.target, self.options = onward
        await self._more(self.way, self.how)

    async def _reach(self) -> Way | None:
        """Resolve, find the way that answers, look inside, and send the first try; None where no way does."""
        self.names = await names_of(self.survey, self.target, self.options)
        found: tuple[Way, Answer, Inside | None] | None = None
        for way in ways(self.survey, self.target, self.options, self.names):
            how = request_for(self.target, self.options, way.scheme, self.token)
            self.inside = await explore(self.survey, self.target, way.endpoint, how)
            await self._before()
            answer = await self._try(way, how, 1)
            self.answers = [answer]
            shaken = answer.ending is not Ending.TLS_FAILED
            unsafe = self.options.method not in SAFE and shaken
            speaks = spoke(answer) and (shaken or found is None)
            if reached(answer) and (speaks or self.target.scheme is not None or unsafe):
                return way
            if reached(answer) and shaken and found is None:
                found = (way, answer, self.inside)
        if found is None:
            return None
        way, answer, self.inside = found
        self.answers = [answer]
        return way

    async def _look_only(self) -> None:
        """Read what is here without a request of our own; of a name, which gateway here serves it."""
        for way in ways(self.survey, self.target, self.options, ()):
            how = request_for(self.target, self.options, way.scheme, self.token)
            self.inside = await explore(self.survey, self.target, way.endpoint, how)
            if self.inside is not None:
                return
        if not is_address(self.target.host):
            await self._by_name()

    async def _by_name(self) -> None:
        """Find the gateway here whose configuration serves the name, where it may not be resolved."""
        for scheme, port in ports_of(self.target):
            how = request_for(self.target, self.options, scheme, self.token)
            for gateway in await gateways_here(self.survey):
                listed = await self.survey.get(Want(kind=RouteListed, about=gateway.process))
                routes = () if isinstance(listed, Gap) else listed
                for address in serving(routes, self.target.host, port)[:1]:
                    arrives = Endpoint(place=gateway.place.network(), address=address, port=port)
                    says = "its configuration serves this name"
                    self.inside = await enter(self.survey, self.target, how, gateway, arrives, says)
                    return

    async def _before(self) -> None:
        """Look at the upstreams' connections just before our request, then look again at all that changes."""
        addresses = upstreams(self.inside)
        if addresses:
            now = Window.instant(await self.vantage.now())
            await self.survey.meet(Want(kind=Connections, about=each, window=now) for each in addresses[:4])
            self.moments = (now,)
        self.survey.refresh()

    async def _try(self, way: Way, how: As, number: int) -> Answer:
        """Send one try; look at the sockets while it hangs."""
        contact = await send(self.survey, way, how, number, self.token)
        try:
            return await self._wait_for(contact)
        except asyncio.CancelledError:
            self.answers.append(await contact.so_far())
            raise
        finally:
            await contact.close()

    async def _wait_for(self, contact: Contact) -> Answer:
        answer = await contact.finish(QUICK)
        if answer.ending is not Ending.HANGING:
            return answer
        if len(self.moments) == 1:
            now = Window.instant(await self.vantage.now())
            await self._while_it_hangs(now)
            self.moments = (*self.moments, now)
        rest = min(max(self._patience() - QUICK, 0.2), max(self.survey.left(), 0.2))
        answer, _ = await asyncio.gather(contact.finish(rest), self._connect_beside())
        return answer

    async def _while_it_hangs(self, now: Window) -> None:
        """Look at what may be over when the request is: who holds the upstream's sockets, and what waits there."""
        wants: list[Want[Fact]] = []
        for address in upstreams(self.inside)[:4]:
            wants += [Want(kind=Connections, about=address, window=now), table_want(address)]
        machine = Machine(place=self.vantage.here().machine())
        await self.survey.meet([*wants, Want(kind=ProcessTable, about=machine), Want(kind=AppServer, about=machine)])

    async def _connect_beside(self) -> None:
        """Where the gateway itself waits to be connected, see whether we are kept waiting too, while time passes."""
        wants: list[Want[Fact]] = []
        for address in upstreams(self.inside)[:4] if len(self.moments) > 1 else ():
            found = await self.survey.get(Want(kind=Connections, about=address, window=self.moments[-1]))
            tables = () if isinstance(found, Gap) else found
            if any(each.state is TcpState.SYN_SENT for table in tables for each in table.connections):
                wants.append(Want(kind=TcpAttempt, about=address, how=As(limit=CONNECT)))
        await self.survey.meet(wants)

    def _patience(self) -> float:
        """Wait for an answer as long as a short time-out of the route takes, else only to see that it hangs."""
        route = self.inside.route if self.inside is not None else None
        limits = (route.settings.read_timeout, route.settings.connect_timeout) if route is not None else ()
        short = [limit for limit in limits if limit <= SHORT]
        return max([HANGING, *(limit + 0.8 for limit in short)])

    async def _more(self, way: Way, how: As) -> None:
        """Send the further tries that come before the looks; the last one comes after them."""
        first = self.answers[0]
        if self.options.method not in SAFE and not self.options.repeat_unsafe:
            return
        if first.ending is Ending.HANGING or first.seconds > QUICK:
            return
        for number in range(2, self.options.tries):
            self.answers.append(await self._try(way, how, number))

    async def _last(self) -> Answer | None:
        """Send the last try, if one is left and it does not hang."""
        again = self.options.method in SAFE or self.options.repeat_unsafe
        hung = any(each.ending is Ending.HANGING for each in self.answers)
        if not self.answers or not again or hung or self.endless or self.options.tries < 2 or not hasattr(self, "way"):  # noqa: PLR2004
            return None
        if max(each.seconds for each in self.answers) + QUICK > self.survey.left():
            return None
        answer = await self._try(self.way, self.how, len(self.answers) + 1)
        self.answers.append(answer)
        return answer

    # Failures

    async def _failures(self) -> tuple[list[Failure], tuple[Failure, ...]]:
        """Return what failed on this target's route, ours first; and what was noted beside."""
        bad = [each for each in self.answers if failed(each)]
        if self.answers:
            self.origin = recognise(self.answers[0])
        if self.inside is None and self.answers and reached(self.answers[0]) and not self.options.policy.outside:
            await self._by_mark()
        await self._confirm()
        logged = await self._logged()
        found: list[Failure] = []
        hop = hop_of(self.inside, bad[0], self.origin) if bad else None
        if bad and hop is not None:
            told = [
                live(each, met, hop, self.moments)
                for each in logged
                if (met := [answer for answer in bad if of_try(answer, [each])])
            ]
            found = grouped(told)
            self._compare(found)
            if not found:
                found = await self._untold(bad[0])
            elif all(each.rescued for each in found):
                found = []
        past = await self._past(logged, {(each.id, each.about) for each in found})
        failures = [each for each in past if not each.rescued]
        return [*found, *failures], tuple(each for each in past if each.rescued)

    def _compare(self, told: Sequence[Failure]) -> None:
        """Believe the log where it names another upstream than the files: they are not what the gateway runs."""
        inside = self.inside
        if inside is None or inside.route is None or not contradicted(inside.route, told):
            return
        route = replace(inside.route, loaded=False, since=None)
        self.inside = replace(inside, route=route)
        self.survey.put(Want(kind=RouteTaken, about=route.about), (route,))

    async def _confirm(self) -> None:
        """Look once more whether the gateway still runs what it took up: then what was read of it holds until now."""
        inside = self.inside
        if inside is None:
            return
        self.survey.forget((GatewayProcess,))
        now = [each for each in await gateways_here(self.survey) if each.process == inside.gateway.process]
        if len(now) == 1 and abs(now[0].took_up - inside.gateway.took_up) < CLOCK:
            self.survey.confirm(inside.gateway.process, await self.vantage.now())

    async def _untold(self, answer: Answer) -> list[Failure]:
        """Name a failure that no log line tells."""
        hop = hop_of(self.inside, answer, self.origin)
        if answer.ending is Ending.HANGING or answer.status == 504:  # noqa: PLR2004
            waiting = await by_hanging(self.survey, self.inside, answer, hop, self.moments)
            if waiting is not None:
                return [waiting]
        if self.origin is None or self.origin.maker is not Maker.PASSED:
            asked = await by_asking(self.survey, self.inside, answer, hop)
            if asked:
                return asked
        return [unknown(answer, hop, self.origin, possible(answer))]

    async def _by_mark(self) -> None:
        """Find our own mark in the log of a gateway here: it is on the path although the address is not ours."""
        for gateway in await gateways_here(self.survey):
            found = await self.survey.get(Want(kind=LoggedRequest, about=gateway.process))
            requests = () if isinstance(found, Gap) else found
            if any(each.token == self.token for each in requests) and hasattr(self, "way"):
                port = self.way.endpoint.port
                arrives = Endpoint(place=gateway.place.network(), address="0.0.0.0", port=port)  # noqa: S104
                says = "our own request in its log"
                self.inside = await enter(self.survey, self.target, self.how, gateway, arrives, says)
                return

    async def _logged(self) -> list[Failure]:
        if self.inside is None:
            return []
        found = await self.survey.get(Want(kind=Failure, about=self.inside.gateway.process))
        return [] if isinstance(found, Gap) else list(found)

    async def _past(self, logged: Sequence[Failure], known: set[tuple[object, object]]) -> list[Failure]:
        """Return the period's failures on the same route, each group once."""
        inside = self.inside
        if inside is None or inside.route is None:
            return []
        group = inside.route.group
        ours = set(upstreams(inside))
        same = [each for each in logged if each.about in ours or (group is not None and str(each.about) == group.name)]
        matched = {id(each) for answer in self.answers if failed(answer) for each in of_try(answer, same)}
        before = [each for each in same if id(each) not in matched]
        route = route_subject(inside.route)
        marked = await self._rescued(before)
        routed = [replace(each, hop=replace(each.hop, route=route)) for each in marked]
        return [each for each in grouped(routed) if (each.id, each.about) not in known]

    async def _rescued(self, failures: Sequence[Failure]) -> list[Failure]:
        """Mark the failed attempts that another attempt of the same request made good."""
        if self.inside is None or not failures:
            return []
        found = await self.survey.get(Want(kind=LoggedRequest, about=self.inside.gateway.process))
        requests = () if isinstance(found, Gap) else found
        return [replace(each, rescued=_made_good(each, requests)) for each in failures]

    # The end

    async def _close(self, failures: list[Failure]) -> list[Failure]:
        """Ask once more: what still fails the same way failed all the time in between."""
        last = await self._last()
        if last is not None and failed(last) and not any(each.live for each in failures):
            # only now did one of our tries meet it
            self.survey.refresh()
            failures, self.noted = await self._failures()
            for each in failures:
                await settle(_going_on(each), self.survey)
            last = None
        return [await self._lasts(each, last) if each.live else each for each in failures]

    async def _lasts(self, failure: Failure, last: Answer | None) -> Failure:
        """Let our own failure last until it was seen again: by a connection of its own, or by the last try."""
        count = sum(failed(each) for each in self.answers)
        gateway = self.inside.gateway if self.inside is not None else None
        end = await fails_until(self.survey, failure, gateway)
        if end is not None:
            return until(failure, end, count)
        hung = any(each.ending is Ending.HANGING for each in self.answers)
        again = last is not None and failed(last) and last.status == self.answers[0].status
        return until(failure, await self.vantage.now(), count) if hung or again else failure

    def _incidents(self, failures: Sequence[Failure]) -> tuple[Incident, ...]:
        """Judge all failures once more over their final windows."""
        found = []
        for failure in failures:
            judgements = judged(failure, lambda window=failure.seen.at: self.survey.evidence(window))  # type: ignore[misc] # bound now
            route = self.inside.route if self.inside is not None else None
            found.append(Incident(failure=failure, explanation=explanation(judgements), route=route))
        return tuple(sorted(found, key=severity))


def _going_on(failure: Failure) -> Failure:
    """Suppose, while it is looked into, that our own failure goes on; whether it did is asked at the end."""
    if not failure.live:
        return failure
    window = Window(start=failure.seen.at.start, end=failure.seen.at.end + FINAL)
    return replace(failure, seen=replace(failure.seen, at=window))


def _made_good(failure: Failure, requests: Sequence[LoggedRequest]) -> bool:
    """Tell whether the access log shows this request answered well after all."""
    request: Request | None = failure.request
    if request is None:
        return False
    near = [
        each
        for each in requests
        if each.path == request.path
        and each.method == request.method
        and abs((each.seen.at.end - failure.seen.at.end).total_seconds()) <= 2  # noqa: PLR2004
    ]
    return bool(near) and all(each.status < 500 for each in near)  # noqa: PLR2004


def _finding(answers: Sequence[Answer], incidents: Sequence[Incident]) -> Finding:
    """Sum up: what the tries met, and what the log tells of before."""
    bad = [each for each in answers if failed(each)]
    if not answers:
        return Finding.BAD_GATEWAY if incidents else Finding.INCONCLUSIVE
    if not any(each.status is not None or each.ending is Ending.HANGING for each in answers):
        return Finding.UNREACHABLE
    if bad:
        return Finding.BAD_GATEWAY if len(bad) == len(answers) else Finding.INTERMITTENT
    if incidents:
        return Finding.RECOVERED
    server_errors = [each for each in answers if each.status is not None and each.status >= 500]  # noqa: PLR2004
    return Finding.OTHER_ERROR if server_errors else Finding.HEALTHY
