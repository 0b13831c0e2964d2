"""What a running nginx's access logs tell: requests, our own among them, and how a path was answered before."""

import http.client
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from tests.stands.gateway import Gateway, gateway
from tests.stands.nginx import free_port
from tests.stands.surveying import fact, facts, found, process_of, surveyed
from tests.stands.upstream import Peer, Upstream
from why502.observations.gateway import LoggedRequest, PastAnswers
from why502.observations.place import Window
from why502.observations.subjects import Route
from why502.observations.want import As, Gap, Want, Why
from why502.survey.survey import Survey

CUSTOM = (
    "log_format timed '$time_iso8601 $request_method \"$request_uri\" $status $request_time '\n"
    '\'up="$upstream_addr" "$upstream_status" "$upstream_response_time" "$http_host" "$http_user_agent"\';'
)
JSON = (
    'log_format timed escape=json \'{"t":"$time_iso8601","m":"$request_method","u":"$request_uri","s":"$status",\'\n'
    '\'"d":"$request_time","a":"$upstream_addr","us":"$upstream_status","ud":"$upstream_response_time",\'\n'
    '\'"h":"$http_host","ua":"$http_user_agent"}\';'
)

ONE = "worker_processes 1;"
"""Two workers may write their lines in another order than they answered."""


def ask(made: Gateway, path: str, agent: str = "curl/8", host: str = "shop.test", method: str = "GET") -> int:
    client = http.client.HTTPConnection("127.0.0.1", made.port, timeout=10)
    try:
        client.request(method, path, headers={"Host": host, "User-Agent": agent})
        return client.getresponse().status
    finally:
        client.close()


def test_the_combined_format_tells_request_status_and_mark(open_path: Path) -> None:
    with gateway(open_path / "g", "location / { return 404; }", main=ONE) as made:
        ask(made, "/a?b")
        ask(made, "/ours", "why502/1 (+0123456789ab)")
        ask(made, "/unmarked", "why502")
        ask(made, "/feigned", "curl why502/1 (+0123456789ab)")
        made.logged(4)
        told = facts(made, LoggedRequest)
    assert [(each.method, each.path, each.status) for each in told] == [
        ("GET", "/a?b", 404),
        ("GET", "/ours", 404),
        ("GET", "/unmarked", 404),
        ("GET", "/feigned", 404),
    ]
    assert [each.ours for each in told] == [False, True, False, False]
    assert [each.token for each in told] == [None, "0123456789ab", None, None]
    assert all(each.host is None and each.seconds is None and each.attempts == () for each in told)
    assert all(abs(each.seen.at.start - datetime.now(UTC)) < timedelta(minutes=1) for each in told)
    assert told[0].seen.source == f"{made.base}/access.log:1"


@pytest.mark.parametrize("format_", [CUSTOM, JSON], ids=["custom", "json"])
def test_a_format_of_ones_own_tells_attempts_and_times(format_: str, open_path: Path) -> None:
    base, dead = open_path / "g", free_port()
    with Upstream(lambda peer: peer.send(b"HTTP/1.0 200 OK\r\n\r\nok") if peer.read_head() else None) as app:
        group = f"upstream app {{ server 127.0.0.1:{dead}; server 127.0.0.1:{app.port} backup; }}"
        http_ = f"{format_}\n{group}\naccess_log {base}/timed.log timed;"
        with gateway(base, "location / { proxy_pass http://app; }", http=http_, main=ONE) as made:
            assert ask(made, '/a"b', 'x"y why502/1 (+0123456789ab)') == 200
            assert ask(made, "/c", "why502/1 (+abcdefabcdef)") == 200
            made.logged(2, "timed.log")
            odd, plain = facts(made, LoggedRequest)
    assert (odd.path, odd.ours) == ('/a"b', False)
    assert (plain.host, plain.token, plain.status) == ("shop.test", "abcdefabcdef", 200)
    assert plain.seconds is not None
    assert 0 <= plain.seconds < 5
    last = plain.attempts[-1]
    assert last[:2] == (f"127.0.0.1:{app.port}", "200")
    assert last[2] is not None
    assert odd.attempts[0][:2] == (f"127.0.0.1:{dead}", "502"), "a rescued attempt"


def test_past_answers_of_a_path_are_counted(open_path: Path) -> None:
    def play(peer: Peer) -> None:
        path = peer.read_head().split()[1]
        peer.send(b"HTTP/1.0 500 No\r\n\r\n" if b"bad" in path else b"HTTP/1.0 200 OK\r\n\r\nok")

    base = open_path / "g"
    with Upstream(play) as app:
        http_ = f"{CUSTOM}\naccess_log {base}/timed.log timed;"
        with gateway(base, f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}", http=http_) as made:
            for path in ("/a?1", "/a?2", "/a?bad", "/b"):
                ask(made, path)
            made.logged(4, "timed.log")
            past = fact(made, PastAnswers, As(path="/a?3"))
            never = fact(made, PastAnswers, As(path="/never"))
            assert facts(made, PastAnswers) == ()
    assert (past.path, past.good, past.upstreams) == ("/a", 2, (f"127.0.0.1:{app.port}",))
    assert past.last_good is not None
    assert past.since is not None
    assert past.since <= past.last_good <= datetime.now(UTC)
    assert past.slowest is not None
    assert past.seen.raw.startswith("2 of them, the newest:\n")
    assert (never.good, never.last_good, never.slowest, never.since) == (0, None, None, None)
    assert "none" in never.seen.raw


NO_HOST = "log_format timed '$time_iso8601 \"$request\" $status $upstream_addr';"
BARE = "log_format timed '$time_iso8601 \"$request\" $status';"
SERVER = "log_format timed '$time_iso8601 \"$request\" $status $server_name $upstream_addr';"


def before(made: Gateway, **how: str) -> PastAnswers:
    """How the site shop.test answered before; asked for as a judge asks, about the route."""

    async def look(survey: Survey) -> PastAnswers:
        gateway_ = await process_of(survey, made)
        route = Route(gateway=gateway_.process, server="shop.test", location="/")
        given = As(**{"path": "/a", "host": f"shop.test:{made.port}", **how})  # type: ignore[arg-type] # all texts
        found_ = await survey.get(Want(kind=PastAnswers, about=route, how=given))
        assert isinstance(found_, tuple)
        return found_[0]

    return surveyed(look, timedelta(minutes=15))


def answering(peer: Peer) -> None:
    peer.read_head()
    peer.send(b"HTTP/1.0 200 OK\r\n\r\nok")


@pytest.mark.parametrize(
    ("format_", "beside", "good", "unsure"),
    [
        (CUSTOM, "location / {{ proxy_pass http://127.0.0.1:{app}; }}", 2, 0),
        (JSON, "location / {{ proxy_pass http://127.0.0.1:{app}; }}", 2, 0),
        (SERVER, "location / {{ proxy_pass http://127.0.0.1:{app}; }}", 2, 0),
        (NO_HOST, "location / {{ proxy_pass http://127.0.0.1:{app}; }}", 0, 5),
        (NO_HOST, "return 301 https://shop.test$request_uri;", 2, 0),
        (BARE, "return 200;", 0, 5),
        (BARE, "access_log off; return 200;", 2, 0),
    ],
    ids=[
        "Host",
        "Host in JSON",
        "server_name",
        "two that proxy",
        "one that proxies",
        "two that write",
        "one that writes",
    ],
)
def test_good_answers_of_another_site_are_not_this_ones(
    format_: str, beside: str, good: int, unsure: int, open_path: Path
) -> None:
    base, both = open_path / "g", "access_log {base}/timed.log timed;"
    with Upstream(answering) as app:
        other = f"server {{ listen 127.0.0.1:{{port}}; server_name other.test; {beside.format(app=app.port)} }}"
        http_ = f"{format_}\n{both.format(base=base)}\n{other}"
        route = f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}"
        with gateway(base, route, http=http_, main=ONE) as made:
            for host in ("shop.test", "shop.test", "other.test", "other.test", "other.test"):
                ask(made, "/a", host=host)
            made.logged(2 if "off" in beside else 5, "timed.log")
            told = before(made)
    assert (told.good, told.unsure) == (good, unsure)
    assert (told.last_good is None) == (good == 0)


def test_two_sites_of_one_name_are_not_told_apart_by_it(open_path: Path) -> None:
    """As one on port 80 and one on port 8080, each with an application of its own."""
    base, second = open_path / "g", free_port()
    with Upstream(answering) as app:
        passing = f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}"
        other = f"server {{ listen 127.0.0.1:{second}; server_name shop.test; {passing} }}"
        http_ = f"{CUSTOM}\naccess_log {base}/timed.log timed;\n{other}"
        with gateway(base, passing, http=http_, main=ONE) as made:
            ask(made, "/a")
            made.logged(1, "timed.log")
            told = before(made)
    assert (told.good, told.unsure) == (0, 1)


def test_what_the_gateway_answers_itself_and_other_methods_are_no_good_answers(open_path: Path) -> None:
    base = open_path / "g"
    with Upstream(answering) as app:
        route = f"if ($arg_away) {{ return 302 /b; }} location / {{ proxy_pass http://127.0.0.1:{app.port}; }}"
        http_ = f"{CUSTOM}\naccess_log {base}/timed.log timed;"
        with gateway(base, route, http=http_, main=ONE) as made:
            ask(made, "/a?away=1")
            ask(made, "/a", method="POST")
            ask(made, "/a")
            made.logged(3, "timed.log")
            assert before(made).good == 1
            assert before(made, method="POST").good == 1
            assert fact(made, PastAnswers, As(path="/a")).good == 3


def test_answers_before_a_reload_are_of_another_configuration(open_path: Path) -> None:
    with gateway(open_path / "g", "location / { return 204; }") as made:
        ask(made, "/a")
        made.logged(1)
        log = made.base / "access.log"
        old = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%d/%b/%Y:%H:%M:%S +0000")
        start, _, rest = log.read_text().partition("[")
        log.write_text(f"{start}[{old}]{rest.partition(']')[2]}{start}[{rest}")
        assert len(facts(made, LoggedRequest)) == 2
        assert fact(made, PastAnswers, As(path="/a")).good == 1


def test_the_newest_good_answer_of_a_window_counts_under_any_configuration(open_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)

    def line(hours: int, status: int = 200, path: str = "/a?b") -> str:
        at = (now - timedelta(hours=hours)).strftime("%d/%b/%Y:%H:%M:%S +0000")
        return f'192.0.2.1 - - [{at}] "GET {path} HTTP/1.1" {status} 2 "-" "curl/8"\n'

    def newest(made: Gateway, hours: int, until: int = 0) -> datetime | None:
        window = Window(start=now - timedelta(hours=hours, minutes=1), end=now - timedelta(hours=until, minutes=-1))
        (past,) = cast("tuple[PastAnswers, ...]", found(made, PastAnswers, As(path="/a"), window=window))
        assert past.good == (past.last_good is not None)
        return past.last_good

    with gateway(open_path / "g", "location / { return 204; }") as made:
        log = made.base / "access.log"
        log.write_text(line(5) + line(4, 502) + line(3, path="/b"))
        assert newest(made, 6) == now - timedelta(hours=5)
        assert newest(made, 4) is None
        (made.base / "access.log.1").write_text(line(9) + line(8))
        log.write_text(line(4, 502))
        assert newest(made, 10) == now - timedelta(hours=8)
        assert newest(made, 10, until=9) == now - timedelta(hours=9)
        log.unlink()
        assert newest(made, 10) == now - timedelta(hours=8)


def test_of_each_upstream_the_newest_good_answer_of_a_window_counts(open_path: Path) -> None:
    """So that what one of them answered does not hide that the other did, too."""
    now = datetime.now(UTC).replace(microsecond=0)

    def line(hours: int, upstream: int, status: int = 200) -> str:
        at = (now - timedelta(hours=hours)).isoformat()
        return f'{at} "GET /a HTTP/1.1" {status} 127.0.0.1:{upstream}\n'

    base = open_path / "g"
    http_ = f"{NO_HOST}\naccess_log {base}/timed.log timed;"
    with gateway(base, "location / { return 204; }", http=http_) as made:
        (base / "timed.log").write_text(line(5, 8000) + line(4, 8000) + line(3, 8001) + line(2, 8000, 502))
        window = Window(start=now - timedelta(hours=9), end=now)
        (past,) = cast("tuple[PastAnswers, ...]", found(made, PastAnswers, As(path="/a"), window=window))
    assert past.upstreams == ("127.0.0.1:8000", "127.0.0.1:8001")
    assert (past.since, past.last_good) == (now - timedelta(hours=4), now - timedelta(hours=3))


def test_no_log_tells_nothing_and_a_lost_one_is_a_gap(open_path: Path) -> None:
    with gateway(open_path / "g", "location / { return 204; }", http="access_log off;") as made:
        ask(made, "/a")
        assert facts(made, LoggedRequest) == ()
    with gateway(open_path / "h", "location / { return 204; }") as made:
        (made.base / "access.log").unlink()
        gap = found(made, LoggedRequest)
    assert isinstance(gap, Gap)
    assert gap.why is Why.UNREADABLE


def test_hostile_lines_do_no_harm(open_path: Path) -> None:
    with gateway(open_path / "g", "location / { return 204; }") as made:
        ask(made, "/a")
        made.logged(1)
        with (made.base / "access.log").open("ab") as log:
            log.write(b"\xff\x00[" * 100_000 + b"\n" + b'"' * 100_000 + b"\n")
        ask(made, "/b")
        made.logged(4)
        assert [each.path for each in facts(made, LoggedRequest)] == ["/a", "/b"]
