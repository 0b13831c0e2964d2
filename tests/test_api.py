"""The library, as a program of its own uses it: `import why502`."""

import asyncio
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

import why502
from tests.attacks.site import Counting
from tests.report.logs.made import FAILED, REQUESTS, access, write
from tests.rights import SEES_RULES
from tests.stands.gateway import Gateway, gateway
from tests.stands.nginx import free_port
from tests.stands.upstream import Upstream
from why502 import api
from why502.report.model import from_json
from why502.report.parts import Certainty, Verdict
from why502.report.schema import schema
from why502.survey.budget import Policy


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    server = f"location / {{ return 200 ok; }} location /dead {{ proxy_pass http://127.0.0.1:{free_port()}; }}"
    with gateway(tmp_path_factory.mktemp("api"), server) as running:
        yield running


def url(made: Gateway, path: str) -> str:
    return f"http://127.0.0.1:{made.port}{path}"


def test_a_program_gets_a_report(made: Gateway) -> None:
    report = why502.diagnose(url(made, "/dead"))
    assert report.verdict is Verdict.BAD_GATEWAY
    first = report.incidents[0]
    assert first.cause.id == "network.nothing-listening"
    assert first.cause.certainty is Certainty.PROVEN or not SEES_RULES
    assert "nothing listens" in report.to_text()
    assert "nothing listens" in report.to_markdown()
    assert "nothing listens" in report.to_html()
    plain = json.loads(report.to_json())
    jsonschema.validate(plain, schema())
    assert json.loads(from_json(plain).to_json()) == plain


def test_a_program_with_a_loop_of_its_own_waits(made: Gateway) -> None:
    async def two() -> list[why502.Report]:
        return list(await asyncio.gather(*(why502.adiagnose(url(made, path)) for path in ("/", "/dead"))))

    healthy, broken = asyncio.run(two())
    assert healthy.verdict is Verdict.HEALTHY
    assert broken.verdict is Verdict.BAD_GATEWAY


def test_options_are_the_command_lines(made: Gateway) -> None:
    options = why502.Options(method="HEAD", tries=1, mark=False)
    assert why502.diagnose(url(made, "/"), options).verdict is Verdict.HEALTHY
    last = (made.base / "access.log").read_text().splitlines()[-1]
    assert '"HEAD / HTTP/1.1" 200' in last
    assert '"why502"' in last


def test_a_user_in_the_url_is_sent_unless_a_header_says_otherwise(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    counting, bundle = Counting(answer), tmp_path / "bundle"
    with Upstream(counting) as upstream:
        named = f"http://someone:sesame@127.0.0.1:{upstream.port}/"
        report = why502.diagnose(named, why502.Options(tries=1), bundle=bundle)
        why502.diagnose(named, why502.Options(tries=1, headers=(("authorization", "Bearer x"),)))
    assert b"\r\nAuthorization: Basic c29tZW9uZTpzZXNhbWU=\r\n" in counting.heads[0]
    assert b"authorization: Bearer x" in counting.heads[-1]
    assert b"Basic" not in counting.heads[-1]
    assert report.target.value == f"http://127.0.0.1:{upstream.port}/"
    assert why502.replay(bundle).verdict is report.verdict is Verdict.HEALTHY


def test_stopped_early_it_tells_what_is_known(made: Gateway) -> None:
    async def stopped() -> why502.Report:
        stop = asyncio.Event()
        stop.set()
        return await why502.adiagnose(url(made, "/dead"), stop=stop)

    report = asyncio.run(stopped())
    assert report.verdict in {Verdict.INCONCLUSIVE, Verdict.BAD_GATEWAY}


@pytest.mark.parametrize("target", ["", "ftp://a/", "http://", "http://a:99999/", "http://a b/"])
def test_a_wrong_target_is_an_error_with_words(target: str) -> None:
    with pytest.raises(why502.TargetError, match=r".+"):
        why502.diagnose(target)


def test_a_bundle_is_diagnosed_again(made: Gateway, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    live = why502.diagnose(url(made, "/dead"), bundle=bundle)
    again = why502.replay(bundle)
    assert again.incidents == live.incidents
    assert asyncio.run(why502.areplay(bundle)) == again
    with pytest.raises(api.BundleError):
        why502.replay(made.config)
    with pytest.raises(OSError, match="No such file"):
        why502.diagnose(url(made, "/"), bundle=tmp_path / "no" / "bundle")


def test_gateways_and_the_whole_host_are_at_hand(made: Gateway) -> None:
    (ours,) = [each for each in api.gateways() if each.gateway.process.pid == made.pid]
    assert [route.location for route in ours.routes] == ["/dead"]
    reading = why502.Options(deadline=20, policy=Policy(probe=False))  # other gateways of this host are not ours to ask
    reports, left_out = api.here(reading)
    assert left_out or any(f":{made.port}/dead" in each.target.value for each in reports)


def test_everything_named_is_there() -> None:
    assert all(getattr(api, name) for name in api.__all__)
    assert all(getattr(why502, name) for name in why502.__all__)
    with pytest.raises(AttributeError, match="no_such"):
        why502.no_such  # noqa: B018


def test_importing_it_is_quiet_and_opens_nothing() -> None:
    code = (
        "import why502, sys; assert 'why502.api' not in sys.modules\n"
        "why502.diagnose; assert 'why502.api' in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_resource_is_left_open(made: Gateway) -> None:
    descriptors = set(Path("/proc/self/fd").iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        why502.diagnose(url(made, "/dead"))
    assert len(set(Path("/proc/self/fd").iterdir())) == len(descriptors)


def test_logs_are_told_of_by_the_library(tmp_path: Path) -> None:
    path = write(tmp_path / "access.log", access())
    report = why502.scan_logs(path)
    assert isinstance(report, why502.LogsReport)
    assert (report.logs.requests, report.logs.failed) == (REQUESTS, FAILED)
    minute = datetime(2026, 11, 20, 10, 30)
    one = why502.scan_logs(path, since=minute, until=minute.replace(second=59), zone=ZoneInfo("Europe/Berlin"))
    assert (one.logs.requests, one.logs.failed) == (20, 10)
    with pytest.raises(why502.InputError, match="no such file"):
        why502.scan_logs(str(tmp_path / "missing"))
