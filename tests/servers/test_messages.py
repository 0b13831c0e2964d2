import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, NOW, Hand, Paper
from why502.observations.fact import EvidenceKind, Seen
from why502.observations.place import Window
from why502.observations.server import Says, ServerMessage
from why502.observations.subjects import Endpoint, File, Machine, Unit
from why502.observations.units import JournalLine, UnitJournal
from why502.observations.want import Gap, Want
from why502.servers.messages import TAIL, messages, messages_of, when
from why502.servers.words import Where
from why502.vantage.base import No

WHERE = Where(place=HERE, cwd="/srv")
G = "[2026-09-01 12:00:00 +0000] [1201] "
P = "[01-Sep-2026 12:00:00] "
LINES = [
    (G + "[INFO] Listening at: http://127.0.0.1:8000 (1201)", "gunicorn", Says.LISTENING, "127.0.0.1:8000", 1201),
    (G + "[INFO] Listening at: unix:/run/a.sock (1201)", "gunicorn", Says.LISTENING, "unix:/run/a.sock", 1201),
    (
        G + "[INFO] Listening at: http://127.0.0.1:1,unix:/a.sock (7)",
        "gunicorn",
        Says.LISTENING,
        "127.0.0.1:1",
        7,
    ),
    (G + "[ERROR] Connection in use: ('127.0.0.1', 8000)", "gunicorn", Says.ADDRESS_IN_USE, "127.0.0.1:8000", None),
    (G + "[ERROR] Connection in use: ('::1', 80, 0, 0)", "gunicorn", Says.ADDRESS_IN_USE, "[::1]:80", None),
    (G + "[CRITICAL] WORKER TIMEOUT (pid:1234)", "gunicorn", Says.WORKER_TIMEOUT, None, 1234),
    (
        G + "[ERROR] Worker (pid:1234) was sent SIGKILL! Perhaps out of memory?",
        "gunicorn",
        Says.WORKER_KILLED,
        None,
        1234,
    ),
    (G + "[WARNING] Worker with pid 12 was terminated due to signal 11", "gunicorn", Says.WORKER_DIED, None, 12),
    (G + "[WARNING] Worker with pid 12 was terminated due to signal 15", None, None, None, None),
    (G + "[ERROR] Reason: Worker failed to boot.", "gunicorn", Says.BOOT_FAILED, None, None),
    (G + "[INFO] Shutting down: Master", "gunicorn", Says.STOPPING, None, None),
    ("INFO:     Child process [1234] died", "uvicorn", Says.WORKER_DIED, None, 1234),
    ("ERROR:    Application startup failed. Exiting.", "uvicorn", Says.BOOT_FAILED, None, None),
    (
        "INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)",
        "uvicorn",
        Says.LISTENING,
        "127.0.0.1:8000",
        None,
    ),
    (
        "INFO:     Uvicorn running on unix socket app.sock (Press CTRL+C to quit)",
        "uvicorn",
        Says.LISTENING,
        "unix:/srv/app.sock",
        None,
    ),
    (
        "ERROR:    [Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied",
        "uvicorn",
        Says.BOOT_FAILED,
        "0.0.0.0:80",
        None,
    ),
    (
        "Tue Sep  1 12:00:30 2026 - *** HARAKIRI ON WORKER 1 (pid: 1234, try: 1, graceful: no) ***",
        "uwsgi",
        Says.WORKER_TIMEOUT,
        None,
        1234,
    ),
    ("DAMN ! worker 1 (pid: 9) died, killed by signal 9 :( trying respawn ...", "uwsgi", Says.WORKER_KILLED, None, 9),
    ("DAMN ! worker 1 (pid: 9) died, killed by signal 11 :( trying respawn", "uwsgi", Says.WORKER_DIED, None, 9),
    (
        'Tue Sep  1 12:00:00 2026 - *** uWSGI listen queue of socket "127.0.0.1:3031" (fd: 3) full !!! (101/100) ***',
        "uwsgi",
        Says.POOL_FULL,
        "127.0.0.1:3031",
        None,
    ),
    (
        P + "WARNING: [pool www] server reached pm.max_children setting (5), consider raising it",
        "php-fpm",
        Says.POOL_FULL,
        None,
        None,
    ),
    (
        P + "WARNING: [pool www] child 12, script '/a.php' (request: \"GET /a\") execution timed out (30.01 sec), "
        "terminating",
        "php-fpm",
        Says.WORKER_TIMEOUT,
        None,
        12,
    ),
    (
        P + "WARNING: [pool www] child 12 exited on signal 9 (SIGKILL) after 61.5 seconds from start",
        "php-fpm",
        Says.WORKER_KILLED,
        None,
        12,
    ),
    (
        P + "ERROR: unable to bind listening socket for address '127.0.0.1:9000': Address already in use (98)",
        "php-fpm",
        Says.ADDRESS_IN_USE,
        "127.0.0.1:9000",
        None,
    ),
    ("Error: listen EADDRINUSE: address already in use :::3000", "node", Says.ADDRESS_IN_USE, "[::]:3000", None),
    ("Error: listen EADDRINUSE: address already in use /a.sock", "node", Says.ADDRESS_IN_USE, "unix:/a.sock", None),
    ("Server listening on port 3000", "", Says.LISTENING, "0.0.0.0:3000", None),
    ("Example app listening on http://localhost:3000", "", Says.LISTENING, "127.0.0.1:3000", None),
    # What a client can write into a log is no message.
    ('10.0.0.9 - - "GET /?x=WORKER TIMEOUT (pid:1) HTTP/1.1" 200', None, None, None, None),
    ("[pid: 7] GET /DAMN ! worker 1 (pid: 9) died", None, None, None, None),
]


@pytest.mark.parametrize(("line", "product", "says", "bind", "pid"), LINES)
def test_lines(line, product, says, bind, pid):
    told = messages_of(None, line, WHERE)
    if says is None:
        assert told is None
        return
    assert (told.product, told.says, told.pid) == (product, says, pid)
    assert (None if told.bind is None else str(told.bind)) == bind
    assert messages_of("hypercorn", line, WHERE) is None


def test_times():
    cet = timezone(timedelta(hours=1))
    at = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
    assert when("[2026-09-01 14:00:00 +0200] x", cet) == at
    assert when("[01-Sep-2026 13:00:00] x", cet) == at
    assert when("[01-Sep-2026 13:00:00.123456] x", cet) == at
    assert when("Tue Sep  1 13:00:00 2026 - x", cet) == at
    assert when("[41-Sep-2026 13:00:00] x", cet) is None
    assert when("[01-Xyz-2026 13:00:00] x", cet) is None


@given(st.text())
def test_any_text(text):
    messages_of(None, text, WHERE)
    when(text, UTC)
    for prefix in (
        G + "[INFO] Listening at: ",
        P + "WARNING: [pool ",
        "INFO:     Uvicorn running on ",
        "listening on ",
    ):
        messages_of(None, prefix + text, WHERE)


def test_long_lines_are_quick():
    for line in ("a" * 10**6, "[" * 10**5, "listening on " * 10**5, G + "Listening at: " + "," * 10**5):
        messages_of(None, line, WHERE)


def look(about, vantage, facts=()):
    return asyncio.run(messages.look(Want(kind=ServerMessage, about=about), Hand(vantage, facts=facts)))


def test_a_journal_dates_its_lines():
    unit = Unit(place=HERE.machine(), name="app.service")
    at = NOW - timedelta(minutes=1)
    line = JournalLine(at=at, text=G + "[CRITICAL] WORKER TIMEOUT (pid:5)", pid=4)
    seen = Seen(at=Window.instant(NOW), by="x", kind=EvidenceKind.JOURNAL, source="x", raw="")
    journal = UnitJournal(about=unit, seen=seen, lines=(line,), covers=Window.instant(NOW))
    (found,) = look(unit, Paper(), [journal])
    assert (found.says, found.pid, found.seen.at, found.about) == (Says.WORKER_TIMEOUT, 5, Window.instant(at), unit)


def test_a_file_dates_its_lines_where_it_can():
    text = "noise\n" + G + "[INFO] Shutting down: Master\nERROR:    Application startup failed. Exiting.\n"
    first, second = look(File(place=HERE, path="/a.log"), Paper({"/a.log": text}))
    assert first.seen.at.start == datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
    assert first.seen.source == "/a.log@6"
    assert second.seen.at.start == NOW - timedelta(days=1)


def test_the_newest_part_of_a_long_file():
    line = G + "[INFO] Shutting down: Master\n"
    text = line + "x" * TAIL + "\n" + line
    (found,) = look(File(place=HERE, path="/a.log"), Paper({"/a.log": text}))
    assert found.seen.source == f"/a.log@{len(line) + TAIL + 1}"


def test_a_file_that_is_not_there_or_not_readable():
    assert look(File(place=HERE, path="/a.log"), Paper()) == ()
    assert isinstance(look(File(place=HERE, path="/a.log"), Paper({"/a.log": No.DENIED})), Gap)
    assert look(Machine(place=HERE), Paper()) == ()
    assert look(Endpoint(place=HERE, address="::1", port=1), Paper()) == ()
