"""Whether it still fails at the end: the gateway's own connection, made once more against real sockets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.evidence import START, failure
from tests.stands.around import endpoint, socket_path
from tests.stands.nginx import free_port
from tests.stands.surveying import surveyed
from tests.stands.upstream import Upstream, answering
from why502.diagnosis.closing import fails_until, until
from why502.observations.failure import Failure, FailureId
from why502.observations.subjects import Address, Name
from why502.survey.budget import Policy
from why502.survey.survey import Survey

MINUTE = timedelta(minutes=1)


def failing(about: Address | Name, id_: FailureId) -> Failure:
    return replace(failure(id_), about=about)


def again(about: Address | Name, id_: FailureId, policy: Policy | None = None) -> datetime | None:
    async def look(survey: Survey) -> datetime | None:
        survey.policy = policy or survey.policy
        return await fails_until(survey, failing(about, id_), None)

    return surveyed(look, MINUTE)


@contextmanager
def full() -> Iterator[int]:
    """A backlog with no room: the kernel drops what comes."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for each in waiting:
                each.close()


def test_what_is_refused_again_failed_until_now() -> None:
    before = datetime.now(UTC)
    at = again(endpoint(free_port()), FailureId.CONNECT_REFUSED)
    assert at is not None
    assert before <= at <= datetime.now(UTC)


def test_a_socket_that_is_still_missing_failed_until_now(tmp_path: Path) -> None:
    assert again(socket_path(str(tmp_path / "no.sock")), FailureId.CONNECT_NO_SOCKET) is not None


def test_what_is_still_silent_failed_until_now() -> None:
    with full() as port:
        assert again(endpoint(port), FailureId.CONNECT_TIMEOUT) is not None


def test_what_is_served_by_now_tells_nothing() -> None:
    with Upstream(answering(b"")) as app:
        assert again(endpoint(app.port), FailureId.CONNECT_REFUSED) is None


def test_another_failure_than_before_tells_nothing() -> None:
    assert again(endpoint(free_port()), FailureId.CONNECT_TIMEOUT) is None


@pytest.mark.parametrize("id_", [FailureId.RESPONSE_TIMEOUT, FailureId.HEADER_TOO_BIG, FailureId.UNKNOWN])
def test_only_connections_are_made_once_more(id_: FailureId) -> None:
    assert again(endpoint(free_port()), id_) is None


def test_no_name_is_connected_to_and_nothing_without_leave() -> None:
    here = endpoint(1)
    assert again(Name(place=here.place, name="a"), FailureId.CONNECT_REFUSED) is None
    assert again(endpoint(free_port()), FailureId.CONNECT_REFUSED, Policy(probe=False)) is None


def test_a_failure_never_gets_shorter() -> None:
    first = failure(FailureId.CONNECT_REFUSED)
    end = first.seen.at.end
    longer = until(first, end + MINUTE, 3)
    assert (longer.seen.at.start, longer.seen.at.end, longer.count) == (first.seen.at.start, end + MINUTE, 3)
    assert until(longer, START - MINUTE, 1) == longer
