"""Whatever was seen, no judge raises, and none proves or excludes by what does not hold."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import evidence as e
from why502 import causes as catalogue
from why502.discover import shelf
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Place, Window
from why502.observations.probes import Handshake, Met, Reply
from why502.observations.server import AppServer, Publishes, Says
from why502.observations.sockets import Connection, SocketTable
from why502.observations.verdict import Case, Excluded, Proven
from why502.rules.cause import Cause

CAUSES = tuple(shelf(catalogue, Cause))
FIRST, THEN = Window.instant(e.after(0)), Window.instant(e.after(1))
PLACES = st.sampled_from([e.HERE, e.ELSEWHERE, Place(host="boot")])
ADDRESSES = st.sampled_from(["127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "192.0.2.7", "app"])
PORTS = st.sampled_from([8000, 8001])
PATHS = st.sampled_from(["/run/app.sock", "/run/b.sock"])
ENDPOINTS = st.builds(e.endpoint, ADDRESSES, PORTS, PLACES)
UPSTREAMS = st.one_of(ENDPOINTS, st.builds(e.socket_path, PATHS, PLACES), st.builds(e.name))
BINDS = st.one_of(ENDPOINTS, st.builds(e.socket_path, PATHS))
PIDS = st.sampled_from([(), (10,), (20,), (20, 21), (99,)])
LISTENERS = st.one_of(
    st.builds(e.listener, ADDRESSES, PORTS, PIDS, v6only=st.sampled_from([None, True, False])),
    st.builds(e.unix_listener, PATHS, PIDS),
)
YES = st.booleans()
UNITS = st.sampled_from(["app.service", "app.socket"])
SECONDS = st.sampled_from([-90_000.0, -60.0, 0.5, 4.0, 9.0, 600.0])
SHORT = st.sampled_from([0.0, 0.1, 3.0, 70.0])


def tables(rows: list[e.Listener | e.UnixListener], place: Place, complete: bool, owners: bool) -> SocketTable:
    return e.table(*rows, place=place, complete=complete, owners=owners)


def ends(rows: list[Connection], about: e.Address, moment: Window) -> Fact:
    return e.connections(*rows, about=about, at=moment)


def path(mode: int, missing: str | None) -> Fact:
    return e.path_chain(e.socket_path(), e.inode("/"), e.inode("/run", mode=mode), missing=missing)


INFOS = st.builds(
    e.info, st.sampled_from([10, 20, 21, 99]), st.sampled_from(["app", "gunicorn"]), PLACES,
    state=st.sampled_from("STZ"), started=SECONDS.map(e.after), parent=st.sampled_from([1, 20]),
)  # fmt: skip
RESPONSES = st.builds(
    e.response, st.sampled_from([None, 200, 302, 400, 404, 502]), st.sampled_from([None, *Reply]), about=UPSTREAMS,
    head_bytes=st.sampled_from([0, 300, 6000, 20_000]), seconds=SHORT, head_complete=YES,
    met=st.sampled_from(Met), wrong=st.sampled_from(["", "NUL"]),
)  # fmt: skip
SETTINGS = st.builds(e.settings, read_timeout=SHORT, tls=YES, http_version=st.sampled_from(["1.0", "1.1"]))
GROUPS = st.one_of(st.none(), st.builds(e.group, ENDPOINTS, keepalive=st.sampled_from([None, 8])))
FACTS: tuple[st.SearchStrategy[Fact], ...] = (
    st.builds(tables, st.lists(LISTENERS, max_size=3), PLACES, YES, YES),
    st.builds(lambda rows, complete: e.processes(*rows, complete=complete), st.lists(INFOS, max_size=3), YES),
    st.builds(lambda binds, pid: e.app_server(pid, *binds), st.lists(BINDS, max_size=2), st.sampled_from([20, 99])),
    st.builds(lambda unit, bind: e.publishes(e.unit(unit), bind), UNITS, BINDS),
    st.builds(lambda bind: e.publishes(e.process(20), bind), BINDS),
    st.builds(e.unit_state, UNITS, st.sampled_from(["active", "inactive", "failed", "activating"]),
              result=st.sampled_from(["success", "oom-kill", "signal"])),
    st.builds(e.gateway, assumed=YES),
    st.builds(e.route, loaded=YES, group=GROUPS, settings=SETTINGS),
    RESPONSES,
    st.builds(e.handshake, st.sampled_from([None, *Handshake]), about=ENDPOINTS),
    st.builds(e.connect, st.sampled_from(Met), about=UPSTREAMS),
    st.builds(e.idle_close, st.sampled_from([None, 1.0, 90.0]), YES, about=UPSTREAMS),
    st.builds(e.past, good=st.sampled_from([0, 1, 9]), last_good=st.one_of(st.none(), SECONDS.map(e.after))),
    st.builds(e.logged, SECONDS, st.sampled_from([200, 502])),
    st.builds(e.own, ADDRESSES, place=PLACES),
    st.builds(lambda kills: e.kernel_log(*kills), st.lists(st.builds(e.oom_kill, at=SECONDS), max_size=2)),
    st.builds(ends, st.lists(st.builds(e.connection, PORTS, st.sampled_from([0, 5, 6])), max_size=3), UPSTREAMS,
              st.sampled_from([FIRST, THEN])),
    st.builds(e.message, st.sampled_from(Says), st.sampled_from([e.process(20), e.unit()]), SECONDS, bind=BINDS,
              pid=st.sampled_from([None, 20, 31])),
    st.builds(path, st.integers(0, 0o777), st.sampled_from([None, "/run/app.sock"])),
)  # fmt: skip
MOMENTS = st.sampled_from([e.DURING, e.BEFORE, e.LATER])


def at(fact: Fact, moment: Window, dated: bool) -> Fact:
    """The same fact, seen at another time."""
    if isinstance(fact, e.Connections):
        return fact
    return replace(fact, seen=replace(fact.seen, at=moment), since=e.after(-100) if dated else None)


SEEN = st.builds(at, st.one_of(*FACTS), MOMENTS, YES)
DETAILS = st.sampled_from([(), (("errno", "99"),), (("reason", "wrong version number"),)])
REQUESTS = st.one_of(
    st.none(), st.builds(e.request, st.sampled_from(["/", "/orders/7"]), st.sampled_from(["GET", "POST"]))
)


def cases(cause: Cause) -> st.SearchStrategy[Case]:
    """Every case that this judge may be asked about."""
    made: Callable[..., Case] = e.case
    failed = st.builds(
        made, st.sampled_from(FailureId), UPSTREAMS, request=REQUESTS, detail=DETAILS,
        moments=st.sampled_from([(), (FIRST, THEN)]), live=YES,
    )  # fmt: skip
    deeper = sorted(each for each in cause.explains if not isinstance(each, FailureId))
    if not deeper:
        return failed
    subjects = st.one_of(UPSTREAMS, UNITS.map(e.unit))
    return st.one_of(failed, st.builds(e.below, failed, st.sampled_from(deeper), subjects))


ASKED = st.sampled_from(CAUSES).flatmap(lambda cause: st.tuples(st.just(cause), cases(cause)))


@settings(max_examples=1500)
@given(asked=ASKED, facts=st.lists(SEEN, max_size=12), nothing=YES)
def test_no_judge_raises_or_decides_by_what_does_not_hold(
    asked: tuple[Cause, Case], facts: list[Fact], nothing: bool
) -> None:
    cause, case = asked
    known = e.Known(*facts)
    if nothing:
        known.none(Publishes, e.host()).none(AppServer, e.host())
    verdict = cause.judge(case, known)
    if isinstance(verdict, Proven | Excluded):
        assert verdict.because, f"{cause.id}: {verdict.says}"
        assert all(each.holds(case.window) for each in verdict.because), f"{cause.id} rests on what does not hold"
        assert verdict.says
    assert cause.judge(case, known) == verdict
