"""Realistic logs with planted incidents and known truth (`tools/score_logs.py` scores what is found in them).

    python -m lab.logs --lines 4000000 --seed 1 --format nginx-upstream -o access.log --truth truth.json

A seed gives the same bytes again. Traffic has a daily rhythm; beside the incidents single requests fail at a steady
low rate; some clients send text that imitates failures (a path with ` 502 `, a User-Agent that looks like a log line).
Lines stand in the order in which requests ended. The truth says what really happened, which a format may not tell
(nginx's access log does not say why a 502 is one), and the totals exactly.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

BEGIN = 1794787200
"""2026-11-16 00:00:00 UTC, a Monday: the first second of every log."""

NGINX_UPSTREAM = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
    ' rt=$request_time ua="$upstream_addr" us="$upstream_status" ut="$upstream_response_time"'
    ' uht="$upstream_header_time"'
)
"""The `log_format` of `nginx-upstream`."""

REFUSED, CLOSED, RESET = "connect-refused", "closed-before-response", "reset-before-response"
TIMEOUT, NO_LIVE = "response-timeout", "no-live-upstream"
STATUS = {REFUSED: 502, CLOSED: 502, RESET: 502, TIMEOUT: 504, NO_LIVE: 503}
SINGLE = (CLOSED, CLOSED, CLOSED, TIMEOUT)
"""What requests of the background meet."""

LIMIT = 60.0
"""Seconds after which the gateway gives up."""

# -- the world: what happens, before anybody writes it down


@dataclass
class Planted:
    """An incident. `start`, `end`: seconds since 1970, first as meant, then of the first and last failed request."""

    kind: str
    start: int
    end: int
    upstreams: tuple[str, ...]
    failure: str
    status: int
    share: float
    """Of the requests to its upstreams, those that fail (of a ramp: at its height)."""
    burst: int = 0
    """So many requests fail in all (else as `share` says)."""
    failed: int = 0
    first: int | None = None
    last: int | None = None

    def rate(self, second: int) -> float:
        """Return the share of requests that fail in a second."""
        if self.kind == "ramp":
            return self.share * (second - self.start + 1) / (self.end - self.start + 1)
        return self.share

    def note(self, second: int, failed: int) -> None:
        self.failed += failed
        self.first = second if self.first is None else self.first
        self.last = second


@dataclass
class World:
    """Traffic and faults. `per_minute`: requests of each minute. `background`: share of requests that fail anyway."""

    seed: str
    minutes: int
    per_minute: list[int]
    upstreams: list[str]
    planted: list[Planted]
    background: float


def world(seed: str, lines: int, hours: float, upstreams: int, incidents: int, background: float) -> World:
    """Draw a world from its seed."""
    draw = random.Random(f"world {seed}")
    minutes = max(1, round(hours * 60))
    weights = [_rhythm(minute) * draw.uniform(0.9, 1.1) for minute in range(minutes)]
    names = [f"10.{20 + at // 62500}.{at // 250 % 250}.{at % 250 + 1}:8080" for at in range(upstreams)]
    return World(
        seed=seed,
        minutes=minutes,
        per_minute=_shared_out(lines, weights),
        upstreams=names,
        planted=_plant(draw, minutes, names, incidents),
        background=background,
    )


def _rhythm(minute: int) -> float:
    """Return how much is going on: least at four in the morning, most in the afternoon."""
    return 1.02 - math.cos((minute - 240) / 1440 * 2 * math.pi)


def _shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """Share out exactly, in proportion."""
    whole = sum(weights)
    made, passed, given = [], 0.0, 0
    for weight in weights:
        passed += weight
        upto = round(total * passed / whole)
        made.append(upto - given)
        given = upto
    return made


def _plant(draw: random.Random, minutes: int, names: list[str], incidents: int) -> list[Planted]:
    """Put incidents into slots of time of their own; the two of an overlapping pair share one."""
    planted: list[Planted] = []
    if not incidents:
        return planted
    slot = minutes * 60 // incidents
    kinds = ["dead", "burst", "timeouts", "outage", "ramp", "pair"]
    draw.shuffle(kinds)
    for number in range(incidents):
        kind = kinds[number % len(kinds)]
        length = {"burst": draw.randint(5, 50), "ramp": draw.randint(600, 2400)}.get(kind, draw.randint(120, 2400))
        length = max(1, min(length, slot // 2))
        start = BEGIN + number * slot + draw.randint(slot // 10, max(slot // 10, slot - length - slot // 5))
        planted.extend(_of_kind(draw, kind, start, length, names))
    return planted[:incidents]


def _of_kind(draw: random.Random, kind: str, start: int, length: int, names: list[str]) -> list[Planted]:
    one, end = (draw.choice(names),), start + length - 1

    def made(upstreams: tuple[str, ...], failure: str, share: float, begin: int = start, until: int = end) -> Planted:
        return Planted(kind, begin, until, upstreams, failure, STATUS[failure], share)

    match kind:
        case "dead":
            return [made(one, REFUSED, 1.0)]
        case "outage":
            return [made(tuple(names), draw.choice([REFUSED, TIMEOUT, CLOSED]), 1.0)]
        case "timeouts":
            return [made(one, TIMEOUT, draw.uniform(0.3, 0.9))]
        case "ramp":
            return [made(tuple(names), TIMEOUT, draw.uniform(0.4, 1.0))]
        case "pair":
            other = draw.choice([name for name in names if name != one[0]] or names)
            middle = start + length // 3
            return [made(one, REFUSED, 1.0), made((other,), TIMEOUT, 0.6, middle, end + length // 3)]
        case _:
            burst = made(one, draw.choice([RESET, CLOSED]), 0.0)
            burst.burst = draw.randint(10, 20)
            return [burst]


def failures(world: World, draw: random.Random, second: int, requests: int) -> Iterator[tuple[Planted, int]]:
    """Draw how many requests each incident fails in a second."""
    left = requests
    for incident in world.planted:
        if not incident.start <= second <= incident.end:
            continue
        if incident.burst:
            remaining = incident.end - second + 1
            owed = incident.burst - incident.failed
            failed = owed if remaining == 1 else round(owed / remaining * draw.uniform(0.5, 1.5))
        else:
            share = incident.rate(second) * len(incident.upstreams) / len(world.upstreams)
            failed = requests if share >= 1 else poisson(draw, requests * share)
        failed = min(failed, left)
        if failed:
            left -= failed
            incident.note(second, failed)
            yield incident, failed


def poisson(draw: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    bound, number, product = math.exp(-mean), 0, draw.random()
    while product > bound:
        number += 1
        product *= draw.random()
    return number


# -- how it is written down


class Answer(NamedTuple):
    """What a format writes of an answer, before and behind the client's words."""

    before: str
    behind: str
    status: int


@dataclass(frozen=True)
class Outcome:
    """An answer. `tried`: a server that failed before the one that answered."""

    status: int
    size: int
    seconds: float
    upstream: str
    failure: str = ""
    tried: str = ""


Stamp = Callable[[int], str]
Many = Callable[[str, Sequence[str], Sequence[str], Sequence[str], Sequence[Answer]], list[str]]


@dataclass(frozen=True)
class Format:
    """How lines are written. `many` joins the fragments of the requests that ended in one second."""

    stamp: Stamp
    client: Callable[[str], str]
    request: Callable[[str, str], str]
    agent: Callable[[str], str]
    answer: Callable[[Outcome], Answer]
    many: Many


def _time(pattern: str) -> Stamp:
    return lambda second: time.strftime(pattern, time.gmtime(second))


def _same(text: str) -> str:
    return text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\x5C").replace('"', "\\x22")


def _json(text: str) -> str:
    return json.dumps(text)


def _nginx_request(method: str, target: str) -> str:
    return f'"{method} {_escaped(target)} HTTP/1.1"'


def _nginx_agent(text: str) -> str:
    return f'"https://shop.example.com/" "{_escaped(text)}"'


def _nginx_answer(outcome: Outcome) -> Answer:
    names, statuses, times, heads = outcome.upstream, str(outcome.status), f"{outcome.seconds:.3f}", "-"
    if not outcome.failure or outcome.tried:
        heads = f"{outcome.seconds * 0.97:.3f}"
    if outcome.tried:
        names, statuses = f"{outcome.tried}, {names}", f"502, {statuses}"
        times, heads = f"0.000, {times}", f"-, {heads}"
    behind = f' rt={outcome.seconds:.3f} ua="{names}" us="{statuses}" ut="{times}" uht="{heads}"\n'
    return Answer(f" {outcome.status} {outcome.size} ", behind, outcome.status)


def _combined_answer(outcome: Outcome) -> Answer:
    return Answer(f" {outcome.status} {outcome.size} ", "\n", outcome.status)


def _nginx_many(
    at: str, clients: Sequence[str], requests: Sequence[str], agents: Sequence[str], answers: Sequence[Answer]
) -> list[str]:
    return [
        f"{client}{at}{request}{before}{agent}{behind}"
        for client, request, agent, (before, behind, _) in zip(clients, requests, agents, answers, strict=True)
    ]


_FLAGS = {
    REFUSED: (
        "UF",
        "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}",
    ),
    CLOSED: ("UC", "upstream_reset_before_response_started{connection_termination}"),
    RESET: ("UC", "upstream_reset_before_response_started{connection_termination}"),
    TIMEOUT: ("UT", "response_timeout"),
    NO_LIVE: ("UH", "no_healthy_upstream"),
}
_ENVOY_STATUS = {TIMEOUT: 504}
_STATES = {REFUSED: "SC--", CLOSED: "SH--", RESET: "SH--", TIMEOUT: "sH--", NO_LIVE: "sQ--"}
_HAPROXY_STATUS = {REFUSED: 503, CLOSED: 502, RESET: 502, TIMEOUT: 504, NO_LIVE: 503}
_DETAILS = {
    REFUSED: "failed_to_connect_to_backend",
    CLOSED: "backend_connection_closed_before_data_sent_to_client",
    RESET: "backend_connection_closed_before_data_sent_to_client",
    TIMEOUT: "backend_timeout",
    NO_LIVE: "failed_to_pick_backend",
}


def _haproxy_answer(outcome: Outcome) -> Answer:
    status = _HAPROXY_STATUS.get(outcome.failure, outcome.status)
    wait = round(outcome.seconds * 1000)
    timers = {REFUSED: "0/0/-1/-1", NO_LIVE: f"0/{wait}/-1/-1"}.get(
        outcome.failure, f"0/0/1/{'-1' if outcome.failure else wait}"
    )
    state = _STATES.get(outcome.failure, "----")
    retries = "+1" if outcome.tried else "0"
    name = f"s{outcome.upstream.replace(':8080', '').replace('.', '-')}"
    before = f"fe app/{name} {timers}/{wait + 1} {status} {outcome.size} - - {state} 120/118/30/7/{retries} 0/0 "
    return Answer(before, "\n", status)


def _haproxy_many(
    at: str, clients: Sequence[str], requests: Sequence[str], agents: Sequence[str], answers: Sequence[Answer]
) -> list[str]:
    del agents  # HAProxy logs none by itself
    syslog, accepted = at.split("|")
    return [
        f"{syslog}{client}{accepted}{before}{request}{behind}"
        for client, request, (before, behind, _) in zip(clients, requests, answers, strict=True)
    ]


def _caddy_answer(outcome: Outcome) -> Answer:
    level = "error" if outcome.status >= 500 else "info"
    size = 0 if outcome.failure else outcome.size
    behind = f'"bytes_read":0,"user_id":"","duration":{outcome.seconds:.9f},"size":{size},"status":{outcome.status},'
    head = (
        '{"Server":["Caddy"]}'
        if outcome.failure
        else '{"Via":["1.1 Caddy"],"Content-Type":["text/html; charset=utf-8"]}'
    )
    return Answer(f'{{"level":"{level}","ts":', f'{behind}"resp_headers":{head}}}\n', outcome.status)


def _caddy_many(
    at: str, clients: Sequence[str], requests: Sequence[str], agents: Sequence[str], answers: Sequence[Answer]
) -> list[str]:
    return [
        f"{before}{at}{client}{request}{agent}{behind}"
        for client, request, agent, (before, behind, _) in zip(clients, requests, agents, answers, strict=True)
    ]


def _json_request(names: tuple[str, str]) -> Callable[[str, str], str]:
    return lambda method, target: f'"{names[0]}":"{method}","{names[1]}":{json.dumps(target)},'


def _caddy_request(method: str, target: str) -> str:
    return f'"proto":"HTTP/2.0","method":"{method}","host":"shop.example.com","uri":{json.dumps(target)},'


def _traefik_answer(outcome: Outcome) -> Answer:
    nano = round(outcome.seconds * 1e9)
    retries = 1 if outcome.tried else 0
    behind = (
        f'"DownstreamContentSize":{outcome.size},"DownstreamStatus":{outcome.status},"Duration":{nano},"OriginContentSize":'
        f'{outcome.size},"OriginDuration":{nano},"OriginStatus":{outcome.status},"Overhead":21000,"RetryAttempts":{retries},'
        f'"RouterName":"shop@file","ServiceAddr":"{outcome.upstream}","ServiceName":"shop@file",'
        f'"ServiceURL":"http://{outcome.upstream}",'
    )
    return Answer("{", behind, outcome.status)


def _tailed_many(
    at: str, clients: Sequence[str], requests: Sequence[str], agents: Sequence[str], answers: Sequence[Answer]
) -> list[str]:
    """Join lines whose time stands last."""
    return [
        f"{before}{client}{request}{agent}{behind}{at}"
        for client, request, agent, (before, behind, _) in zip(clients, requests, agents, answers, strict=True)
    ]


def _envoy_answer(outcome: Outcome) -> Answer:
    flags, details = _FLAGS.get(outcome.failure, ("-", "via_upstream"))
    status = _ENVOY_STATUS.get(outcome.failure, 503) if outcome.failure else outcome.status
    wait = round(outcome.seconds * 1000)
    behind = (
        f'"response_code":{status},"response_flags":"{flags}","response_code_details":"{details}","bytes_received":0,'
        f'"bytes_sent":{outcome.size},"duration":{wait},"upstream_host":"{outcome.upstream}","upstream_cluster":"shop",'
        f'"protocol":"HTTP/1.1","route_name":"default",'
    )
    return Answer("{", behind, status)


def _gcp_answer(outcome: Outcome) -> Answer:
    details = _DETAILS.get(outcome.failure, "response_sent_by_backend")
    behind = (
        f'"status":{outcome.status},"responseSize":"{outcome.size}","latency":"{outcome.seconds:.6f}s"}},"jsonPayload":{{'
        f'"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","statusDetails":"{details}"}},'
        f'"resource":{{"type":"http_load_balancer","labels":{{"backend_service_name":"web-{outcome.upstream.partition(":")[0]}",'
        f'"project_id":"example","zone":"global"}}}},"severity":"INFO",'
    )
    return Answer('{"httpRequest":{', behind, outcome.status)


def _nginx(answer: Callable[[Outcome], Answer]) -> Format:
    stamp = _time(" - - [%d/%b/%Y:%H:%M:%S +0000] ")
    return Format(stamp, _same, _nginx_request, _nginx_agent, answer, _nginx_many)


FORMATS = {
    "nginx-upstream": _nginx(_nginx_answer),
    "nginx-combined": _nginx(_combined_answer),
    "haproxy": Format(
        _time("%b %d %H:%M:%S edge haproxy[4711]: |:43210 [%d/%b/%Y:%H:%M:%S.120] "),
        _same,
        _nginx_request,
        _same,
        _haproxy_answer,
        _haproxy_many,
    ),
    "caddy": Format(
        lambda second: f'{second}.2538912,"logger":"http.log.access.log0","msg":"handled request","request":{{',
        lambda client: f'"remote_ip":"{client}","remote_port":"48148","client_ip":"{client}",',
        _caddy_request,
        lambda text: f'"headers":{{"User-Agent":[{_json(text)}],"Accept":["*/*"]}}}},',
        _caddy_answer,
        _caddy_many,
    ),
    "traefik-json": Format(
        _time('"level":"info","msg":"","time":"%Y-%m-%dT%H:%M:%SZ"}\n'),
        lambda client: f'"ClientAddr":"{client}:43210","ClientHost":"{client}","ClientPort":"43210",',
        _json_request(("RequestMethod", "RequestPath")),
        lambda text: f'"request_User-Agent":{_json(text)},',
        _traefik_answer,
        _tailed_many,
    ),
    "envoy-json": Format(
        _time('"start_time":"%Y-%m-%dT%H:%M:%S.120Z"}\n'),
        lambda client: f'"downstream_remote_address":"{client}:43210",',
        _json_request(("method", "path")),
        lambda text: f'"user_agent":{_json(text)},',
        _envoy_answer,
        _tailed_many,
    ),
    "gcp": Format(
        _time('"timestamp":"%Y-%m-%dT%H:%M:%S.123456Z"}\n'),
        lambda client: f'"remoteIp":"{client}",',
        lambda method, target: (
            f'"requestMethod":"{method}","requestUrl":{json.dumps("https://shop.example.com" + target)},'
        ),
        lambda text: f'"userAgent":{_json(text)},',
        _gcp_answer,
        _tailed_many,
    ),
}

_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "curl/8.14.1",
    "okhttp/4.12.0",
)
_IMITATIONS = (
    'x" 502 157 "-" "-" rt=60.000 ua="10.0.0.9:80" us="502" ut="60.000"',
    '192.0.2.1 - - [16/Nov/2026:00:00:00 +0000] "GET / HTTP/1.1" 502 0 "-" "-"',
    'bot","status":502,"response_flags":"UF","DownstreamStatus":504',
    "checker 502 504 upstream timed out",
)
WORDS = ("items", "users", "cart", "search", "orders", "img", "static", "login", "pay", "reviews", "stock", "feed")


@dataclass
class Pools:
    """Fragments to draw lines from."""

    clients: list[str]
    requests: list[str]
    agents: list[str]
    answers: dict[frozenset[str], list[Answer]] = field(default_factory=dict)


def pools(form: Format, draw: random.Random, paths: int, clients: int) -> Pools:
    """Write the fragments of a format; the first two hundred clients and paths make half of the traffic."""
    addresses = [form.client(f"100.{64 + at // 62500 % 64}.{at // 250 % 250}.{at % 250 + 1}") for at in range(clients)]
    targets = [("GET", f"/{WORDS[at % 12]}{'' if at < 12 else f'/{at}'}") for at in range(paths)]
    targets[4::7] = [("POST", target) for _, target in targets[4::7]]
    requests = [form.request(*each) for each in targets]
    odd = [
        form.request("GET", '/search?q=" 502 "'),
        form.request("GET", "/a%20502%20b"),
        form.request("GET", "/502 504 /x"),
    ]
    requests += draw.choices(requests[:200], k=len(requests)) + odd
    addresses += draw.choices(addresses[:200], k=len(addresses))
    agents = [form.agent(text) for text in draw.choices(_AGENTS, k=2000)] + [form.agent(text) for text in _IMITATIONS]
    return Pools(addresses, requests, agents)


_SERVED = [200] * 88 + [304] * 4 + [404] * 4 + [301] * 2 + [500] + [201]


def _answers(form: Format, draw: random.Random, names: Sequence[str], dead: frozenset[str]) -> list[Answer]:
    """Write answers of every upstream that is not dead."""
    alive = [name for name in names if name not in dead] or list(names)
    made = []
    for number in range(max(20_000, 2 * len(alive))):
        status = draw.choice(_SERVED)
        seconds = min(draw.lognormvariate(-2.6, 1.0), 50.0)
        outcome = Outcome(status, draw.randint(180, 90_000), seconds, alive[number % len(alive)])
        made.append(form.answer(outcome))
    return made


@dataclass
class Truth:
    """What a log holds, exactly; of the formats that know statuses of their own (HAProxy, Envoy), theirs."""

    requests: int = 0
    failed: int = 0
    rescued: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    failed_of_upstream: Counter[str] = field(default_factory=Counter)


FAILED = (502, 503, 504)


class Writer:
    """Writes a world down in a format, minute by minute."""

    def __init__(self, world: World, form: Format, paths: int, clients: int) -> None:
        self.world = world
        self.form = form
        self.draw = random.Random(f"lines {world.seed}")
        self.pools = pools(form, self.draw, paths, clients)
        self.truth = Truth()

    def minutes(self) -> Iterator[str]:
        for minute, requests in enumerate(self.world.per_minute):
            yield self.minute(BEGIN + 60 * minute, requests)

    def minute(self, start: int, requests: int) -> str:
        """Write the lines of a minute."""
        draw = self.draw
        seconds = Counter(draw.choices(range(60), k=requests)) if requests < 600 else None
        even, more = divmod(requests, 60)
        made: list[str] = []
        for second in range(60):
            number = seconds[second] if seconds is not None else even + (second < more)
            if number:
                made.extend(self.second(start + second, number))
        return "".join(made)

    def second(self, at: int, number: int) -> list[str]:
        draw, pools = self.draw, self.pools
        bad: list[Answer] = []
        dead: set[str] = set()
        for incident, failed in failures(self.world, draw, at, number):
            if incident.share >= 1 and len(incident.upstreams) < len(self.world.upstreams):
                dead.update(incident.upstreams)
            bad += [self.failure(draw.choice(incident.upstreams), incident.failure) for _ in range(failed)]
        single = min(poisson(draw, number * self.world.background), number - len(bad))
        bad += [self.failure(draw.choice(self.world.upstreams), draw.choice(SINGLE)) for _ in range(single)]
        rescued = min(self.rescued(dead, number), number - len(bad))
        bad += [self.rescue(draw.choice(sorted(dead))) for _ in range(rescued)]
        gone = frozenset(dead)
        if gone not in pools.answers:
            pools.answers[gone] = _answers(self.form, draw, self.world.upstreams, gone)
        answers = bad + draw.choices(pools.answers[gone], k=number - len(bad))
        if bad:
            draw.shuffle(answers)
        self.count(answers)
        return self.form.many(
            self.form.stamp(at),
            draw.choices(pools.clients, k=number),
            draw.choices(pools.requests, k=number),
            draw.choices(pools.agents, k=number),
            answers,
        )

    def failure(self, upstream: str, failure: str) -> Answer:
        seconds = LIMIT + self.draw.random() / 50 if failure == TIMEOUT else self.draw.random() / 100
        self.truth.failed_of_upstream[upstream] += 1
        return self.form.answer(Outcome(STATUS[failure], 157, seconds, upstream, failure))

    def rescued(self, dead: set[str], number: int) -> int:
        """Draw how many requests another server makes good: half as many as fail on servers that are dead."""
        return poisson(self.draw, number * len(dead) / len(self.world.upstreams) / 2) if dead else 0

    def rescue(self, tried: str) -> Answer:
        alive = [name for name in self.world.upstreams[:8] if name != tried] or [tried]
        self.truth.rescued += 1
        return self.form.answer(
            Outcome(200, 5120, 0.05 + self.draw.random() / 10, self.draw.choice(alive), tried=tried)
        )

    def count(self, answers: Sequence[Answer]) -> None:
        self.truth.requests += len(answers)
        self.truth.by_status.update([answer[2] for answer in answers])


def told(writer: Writer) -> dict[str, object]:
    """Return the truth of all that was written, as JSON knows it."""
    truth = writer.truth
    truth.failed = sum(truth.by_status[status] for status in FAILED)
    return {
        "requests": truth.requests,
        "failed": truth.failed,
        "rescued": truth.rescued,
        "by_status": {str(status): count for status, count in sorted(truth.by_status.items())},
        "failed_of_upstream": dict(sorted(truth.failed_of_upstream.items())),
        "background": writer.world.background,
        "incidents": [asdict(each) for each in writer.world.planted if each.failed],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    made = world(options.seed, options.lines, options.hours, options.upstreams, options.incidents, options.background)
    writer = Writer(made, FORMATS[options.format], options.paths, options.clients)
    with options.output.open("wb", buffering=1 << 20) as file:
        for text in writer.minutes():
            file.write(text.encode())
    if options.truth:
        options.truth.write_text(json.dumps(told(writer), indent=1) + "\n")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.logs", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--format", choices=tuple(FORMATS), default="nginx-upstream")
    parser.add_argument("-o", "--output", type=Path, default=Path("/dev/stdout"))
    parser.add_argument("--truth", type=Path, help="write the truth to this file, as JSON")
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--upstreams", type=int, default=8)
    parser.add_argument("--paths", type=int, default=5000)
    parser.add_argument("--clients", type=int, default=20_000)
    parser.add_argument("--incidents", type=int, default=6)
    parser.add_argument("--background", type=float, default=2e-4, help="share of requests that fail beside incidents")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
