"""Which failures are this target's: by the gateway's log, by its sockets while a request hangs, or by asking again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from why502.diagnosis.outcome import Inside
from why502.observations.answer import Answer, Ending, Maker, Origin
from why502.observations.fact import EvidenceKind, Seen
from why502.observations.failure import Failure, FailureId, Hop
from why502.observations.gateway import RouteTaken
from why502.observations.place import Window
from why502.observations.sockets import Connections, TcpState
from why502.observations.subjects import Address, Endpoint, Name, Route, SocketPath, Subject
from why502.observations.verdict import Case
from why502.observations.want import Gap, Want
from why502.rules.attempting import failure_of_attempt
from why502.rules.listening import same_address
from why502.rules.probing import response_want
from why502.rules.upstreams import fixed, stands_for
from why502.survey.survey import Survey

SECOND = timedelta(seconds=1)
SERVERS = 4
GROUPS = 20
BAD = frozenset({502, 503, 504, *range(520, 528), 530})


def failed(answer: Answer) -> bool:
    """Tell whether a try met a gateway's failure."""
    return answer.status in BAD or answer.ending is Ending.HANGING


def upstreams(inside: Inside | None) -> tuple[Address, ...]:
    """Return the addresses that the request's route may use."""
    route = inside.route if inside is not None else None
    if route is None or route.group is None:
        return ()
    found = (address for server in route.group.servers if not server.down for address in server.addresses)
    return tuple(dict.fromkeys(found))


def route_subject(route: RouteTaken | None) -> Route | None:
    """Return the route as a subject."""
    return route.about if route is not None and isinstance(route.about, Route) else None


def hop_of(inside: Inside | None, answer: Answer, origin: Origin | None) -> Hop:
    """Return the gateway that the client met."""
    if inside is not None:
        gateway = inside.gateway
        return Hop(
            gateway=gateway.process,
            product=gateway.product,
            version=gateway.version,
            route=route_subject(inside.route),
        )
    about = answer.about
    assert isinstance(about, Endpoint)  # noqa: S101 - an answer is about the endpoint that was asked
    return Hop(gateway=about, product=origin.product if origin else None, version=origin.version if origin else None)


def of_try(answer: Answer, logged: Sequence[Failure]) -> list[Failure]:
    """Return the logged failures that this very try met: same method and path, in the seconds it took."""
    start = answer.seen.at.start.replace(microsecond=0)
    window = Window(start=start, end=answer.seen.at.end + SECOND)
    return [
        each
        for each in logged
        if window.meets(each.seen.at) and each.request is not None and _same_request(each, answer)
    ]


def _same_request(failure: Failure, answer: Answer) -> bool:
    request = failure.request
    if request is None or request.method != answer.request.method or request.path != answer.request.path:
        return False
    return not request.host or request.host == answer.request.host


def live(failure: Failure, answers: Sequence[Answer], hop: Hop, moments: tuple[Window, ...]) -> Failure:
    """Turn a logged failure into ours: the times of the tries that it may be of, our own request, the route it took."""
    window = answers[0].seen.at
    for each in answers[1:]:
        window = window.joined(each.seen.at)
    return replace(
        failure,
        seen=replace(failure.seen, at=window),
        hop=hop,
        request=answers[0].request,
        live=True,
        count=1,
        moments=moments,
    )


def grouped(failures: Iterable[Failure]) -> list[Failure]:
    """Join failures of equal id and upstream; the newest line stands for all."""
    groups: dict[tuple[FailureId, Subject], Failure] = {}
    for each in failures:
        key = (each.id, each.about)
        known = groups.get(key)
        if known is None:
            if len(groups) < GROUPS:
                groups[key] = each
            continue
        newer, older = (each, known) if each.seen.at.end >= known.seen.at.end else (known, each)
        window = newer.seen.at.joined(older.seen.at)
        groups[key] = replace(
            newer,
            seen=replace(newer.seen, at=window),
            count=known.count + each.count,
            live=known.live or each.live,
            moments=known.moments or each.moments,
        )
    return list(groups.values())


def made(about: Subject, answer: Answer, hop: Hop, seen: Seen, id_: FailureId, **more: object) -> Failure:
    """Make a failure of our own request that no log line tells."""
    failure = Failure(about=about, seen=replace(seen, at=answer.seen.at), id=id_, hop=hop, request=answer.request)
    return replace(failure, live=True, **more)  # type: ignore[arg-type] # the fields of Failure


async def by_hanging(
    survey: Survey, inside: Inside | None, answer: Answer, hop: Hop, moments: tuple[Window, ...]
) -> Failure | None:
    """Read off the gateway's sockets what an open request waits for, where its route is known."""
    if inside is None or len(moments) != 2 or not _may_be(inside):  # noqa: PLR2004
        return None
    for address in upstreams(inside)[:SERVERS]:
        tables = []
        for moment in moments:
            found = await survey.get(Want(kind=Connections, about=address, window=moment))
            tables.append(None if isinstance(found, Gap) or not found else found[0])
        id_ = _waits_for(address, tables[0], tables[1])
        if id_ is not None and tables[1] is not None:
            return made(address, answer, hop, tables[1].seen, id_, moments=moments, detail=(("to-come", "yes"),))
    return None


def _may_be(inside: Inside) -> bool:
    """Tell whether the gateway runs the route as it was read, or may and nobody could know better."""
    in_doubt = inside.setup is not None and not inside.setup.newer
    return inside.route is not None and (inside.route.loaded or (inside.gateway.assumed and in_doubt))


def contradicted(route: RouteTaken | None, failures: Sequence[Failure]) -> bool:
    """Tell whether the gateway's log names none of the route's servers, all of them written as addresses.

    Then it runs another configuration than its files say. A line of a subrequest is about another route.
    """
    if route is None or not fixed(route):
        return False
    told = [each.about for each in failures if ", subrequest: " not in each.seen.raw]
    named = [about for about in told if isinstance(about, Endpoint | SocketPath)]
    return bool(named) and not any(stands_for(route, about) for about in named)


def _waits_for(address: Address, before: Connections | None, during: Connections | None) -> FailureId | None:
    if during is None:
        return None
    if not isinstance(address, Endpoint):
        return FailureId.RESPONSE_TIMEOUT if during.connections else None
    known = {(each.local, each.local_port) for each in before.connections} if before is not None else set()
    ours = [
        each
        for each in during.connections
        if each.remote_port == address.port
        and same_address(each.remote, address.address)
        and (each.local, each.local_port) not in known
    ]
    if any(each.state is TcpState.SYN_SENT for each in ours):
        return FailureId.CONNECT_TIMEOUT
    return FailureId.RESPONSE_TIMEOUT if any(each.state is TcpState.ESTABLISHED for each in ours) else None


async def by_asking(survey: Survey, inside: Inside | None, answer: Answer, hop: Hop) -> list[Failure]:
    """Make the gateway's own connection to each server of the route, and see what it meets.

    A route that the gateway perhaps does not run says nothing of where the request went. Without the rights to tell,
    where nothing is proven anyway, one that is merely in doubt is asked all the same.
    """
    route = inside.route if inside is not None else None
    if inside is None or route is None or route.group is None or not _may_be(inside):
        return []
    found = []
    for address in upstreams(inside)[:SERVERS]:
        case = Case(failure=made(address, answer, hop, route.seen, FailureId.UNKNOWN))
        attempts = await survey.get(response_want(case, route, None if inside.gateway.assumed else inside.gateway))
        if isinstance(attempts, Gap) or not attempts:
            continue
        id_ = failure_of_attempt(attempts[0], route)
        if id_ is not None:
            detail = (("from", "probe"),)
            found.append(made(address, answer, hop, attempts[0].seen, id_, detail=detail))
    return found


def unknown(answer: Answer, hop: Hop, origin: Origin | None, may_be: frozenset[FailureId]) -> Failure:
    """Tell a failure of which only the answer is known.

    It was the gateway itself that answered at this address; which upstream it tried, if any, is not told.
    """
    passed = origin is not None and origin.maker is Maker.PASSED
    id_ = FailureId.UPSTREAM_ANSWERED_ERROR if passed else FailureId.UNKNOWN
    seen = replace(answer.seen, kind=EvidenceKind.PAGE)
    about = answer.about if passed else Name(place=hop.gateway.place.network(), name="(upstream not told)")
    return made(about, answer, hop, seen, id_, may_be=frozenset() if passed else may_be)
