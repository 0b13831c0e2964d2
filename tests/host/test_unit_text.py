from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from why502.host import unit_text

PRINTED = (Path(__file__).parent / "printed" / "systemctl-show.txt").read_text()

FILE = """
[Unit]
# ExecStart=/no
[Service]
ExecStart=/old
ExecStart=
ExecStart=-/srv/venv/bin/gunicorn app:app \\
  # a comment between
  --bind 127.0.0.1:8000
Environment="A=b c" PORT=3000
[Socket]
ListenStream=/run/app.sock
"""


def test_what_systemctl_printed():
    shown = {unit_text.value(each, "Id"): each for each in unit_text.parse_show(PRINTED)}
    nginx = shown["nginx.service"]
    assert unit_text.parse_command(nginx["ExecStart"][0]) == "/usr/sbin/nginx -g daemon on; master_process on;"
    assert shown["systemd-journald.socket"]["Listen"][1] == "/run/systemd/journal/stdout (Stream)"
    assert unit_text.parse_listen(shown["systemd-journald.socket"]["Listen"][0]) is None
    assert unit_text.parse_listen("0.0.0.0:80 (Stream)") == "0.0.0.0:80"


def test_times():
    assert unit_text.parse_time("Sat 2026-11-21 12:03:11 UTC") == datetime(2026, 11, 21, 12, 3, 11, tzinfo=UTC)
    for text in ("", "n/a", "Sat 2026-13-41 12:03:11 UTC", "Sat 2026-11-21 12:03:11 CET"):
        assert unit_text.parse_time(text) is None


def test_unit_files():
    found = unit_text.parse_unit_file(FILE)
    assert found["Service.ExecStart"] == ("-/srv/venv/bin/gunicorn app:app --bind 127.0.0.1:8000",)
    assert found["Socket.ListenStream"] == ("/run/app.sock",)
    assert unit_text.names_of_environment(found["Service.Environment"][0]) == ("A=b c", "PORT=3000")


@given(st.text())
def test_any_text(text):
    unit_text.parse_show(text)
    unit_text.parse_unit_file(text)
    unit_text.parse_time(text)
    unit_text.parse_command(text)
    unit_text.parse_listen(text)
    unit_text.names_of_environment(text)


@given(st.lists(st.sampled_from(["Id=a", "Id=b", "", "ExecStart={ ; ", "Listen=x", "=", "[Service]", "A\\", "#"])))
def test_any_order_of_lines(lines):
    unit_text.parse_show("\n".join(lines))
    unit_text.parse_unit_file("\n".join(lines))


def test_a_setting_is_on_unless_it_says_no():
    assert all(map(unit_text.switched_on, ("yes", "true", "1", "on", "/run/netns/a", "other.service", "connected")))
    assert not any(map(unit_text.switched_on, ("", "no", "No", "false", "off", "0")))


def test_when_a_command_was_last_started_and_ended_well():
    shown = (
        "{ path=/usr/sbin/nginx ; argv[]=/usr/sbin/nginx -g daemon on; -s reload ; ignore_errors=no ; "
        "start_time=[Sat 2026-11-21 19:03:29 UTC] ; stop_time=[Sat 2026-11-21 19:03:29 UTC] ; pid=7 ; "
        "code=exited ; status=0 }"
    )
    assert unit_text.parse_ran(shown) == datetime(2026, 11, 21, 19, 3, 29, tzinfo=UTC)
    assert unit_text.parse_ran(shown.replace("status=0", "status=1")) is None
    assert unit_text.parse_ran(shown.replace("exited", "killed")) is None
    never = "{ path=/x ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }"
    assert unit_text.parse_ran(never) is None
