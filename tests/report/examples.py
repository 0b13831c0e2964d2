"""Reports as they come out of real runs, for the renderers to be looked at and tested with."""

from datetime import UTC, datetime, timedelta

from why502.observations.fact import EvidenceKind
from why502.observations.failure import FailureId
from why502.observations.want import Why
from why502.report.model import (
    Alternative,
    Answered,
    Cause,
    Certainty,
    Check,
    CheckState,
    EvidenceShown,
    ExcludedShown,
    FailureShown,
    FixShown,
    HopShown,
    Incident,
    LinkKind,
    LinkShown,
    Report,
    Risk,
    Role,
    State,
    Step,
    Target,
    TargetKind,
    Tool,
    Unexamined,
    VantageKind,
    VantageUsed,
    Verdict,
)

T = datetime(2026, 11, 20, 14, 2, 11, 120_000, tzinfo=UTC)
LOCAL = VantageUsed(kind=VantageKind.LOCAL, name="local", privileged=True)
OUTSIDE = VantageUsed(kind=VantageKind.LOCAL, name="local", privileged=False)
PROVEN, SUSPECTED = Certainty.PROVEN, Certainty.SUSPECTED
OK, FAILED, WARNING, SKIPPED = CheckState.OK, CheckState.FAILED, CheckState.WARNING, CheckState.SKIPPED

TITLES = {
    Step.REFRESH: "Ask again",
    Step.SERVER: "Server load and state",
    Step.DNS: "Name resolution",
    Step.LOGS: "Logs",
    Step.FIREWALL: "Firewall and network",
    Step.UPSTREAM: "Upstream health",
}


def checks(**found: tuple[CheckState, str, float]) -> tuple[Check, ...]:
    rest = (SKIPPED, "no access to the host", 0.0)
    rows = [(step, found.get(step.value, rest)) for step in Step]
    return tuple(Check(step=s, title=TITLES[s], state=r[0], says=r[1], seconds=r[2]) for s, r in rows)


def hop(id_: str, behind: str | None, role: Role, state: State, product: str | None, address: str | None) -> HopShown:
    name, _, version = (product or "").partition("/")
    return HopShown(
        id=id_,
        behind=behind,
        role=role,
        product=name or None,
        version=version or None,
        address=address,
        vantage="local" if role is not Role.CDN else None,
        state=state,
    )


def seen(id_: str, kind: EvidenceKind, source: str, text: str, at: datetime | None = T) -> EvidenceShown:
    return EvidenceShown(id=id_, kind=kind, source=source, at=at, text=text)


REFUSED_LINE = (
    "2026/11/20 14:02:11 [error] 812#812: *41 connect() failed (111: Connection refused) while connecting to "
    'upstream, client: 127.0.0.1, server: shop.example.com, request: "GET /cart HTTP/1.1", '
    'upstream: "http://127.0.0.1:8000/cart", host: "shop.example.com"'
)


def refused_chain() -> tuple[LinkShown, ...]:
    return (
        LinkShown(
            kind=LinkKind.FAILURE,
            id="connect-refused",
            hop="h1",
            subject="127.0.0.1:8000",
            certainty=PROVEN,
            says="nginx was refused a connection by its upstream.",
            evidence=("e1",),
        ),
        LinkShown(
            kind=LinkKind.CAUSE,
            id="network.nothing-listening",
            hop="h2",
            subject="127.0.0.1:8000",
            certainty=PROVEN,
            says="No process listens on port 8000, neither on this address nor on all addresses.",
            evidence=("e2",),
        ),
        LinkShown(
            kind=LinkKind.CAUSE,
            id="application.not-running",
            hop="h2",
            subject="gunicorn.service",
            certainty=PROVEN,
            says="gunicorn.service, which served this address until 14:01:58, was stopped and has not been started.",
            evidence=("e3", "e4"),
        ),
    )


def refused() -> Report:
    return Report(
        tool=Tool(version="0.1.0"),
        target=Target(kind=TargetKind.URL, value="http://shop.example.com:8080/cart"),
        vantages=(LOCAL,),
        started=T,
        seconds=0.84,
        verdict=Verdict.BAD_GATEWAY,
        summary="The application gunicorn.service is not running, so nothing answers on 127.0.0.1:8000 "
        "and nginx returns 502 for every request.",
        answer=Answered(tries=3, failed=3, status=502, made_by="nginx", seconds=(0.0112, 0.0094, 0.0098)),
        hops=(
            hop("h1", None, Role.GATEWAY, State.OK, "nginx/1.22.1", "127.0.0.1:8080"),
            hop("h2", "h1", Role.UPSTREAM, State.FAILED, None, "127.0.0.1:8000"),
        ),
        incidents=(
            Incident(
                failure=FailureShown(
                    id=FailureId.CONNECT_REFUSED,
                    gateway="nginx",
                    upstream="127.0.0.1:8000",
                    count=214,
                    first=T - timedelta(seconds=11),
                    last=T,
                    evidence=("e1",),
                ),
                made_at="h1",
                caused_at="h2",
                route="server shop.example.com, location /",
                request="GET /cart",
                cause=Cause(id="application.not-running", certainty=PROVEN),
                chain=refused_chain(),
                alternatives=(),
                excluded=(
                    ExcludedShown(
                        id="firewall.rejected",
                        says="No rule of the packet filter matches loopback traffic to port 8000.",
                        evidence=("e5",),
                    ),
                    ExcludedShown(
                        id="overload.out-of-memory",
                        says="The kernel log shows no kill since the unit was started.",
                        evidence=("e6",),
                    ),
                    ExcludedShown(
                        id="network.wrong-address",
                        says="The unit listened on exactly this address before it was stopped.",
                        evidence=("e3",),
                    ),
                ),
                fixes=(
                    FixShown(
                        title="Start the application",
                        commands=("sudo systemctl start gunicorn.service",),
                        diff=None,
                        risk=Risk.RESTART,
                        for_="application.not-running",
                    ),
                    FixShown(
                        title="Start it again whenever it ends, and at boot",
                        commands=(
                            "sudo systemctl daemon-reload",
                            "sudo systemctl enable gunicorn.service",
                        ),
                        diff="--- /dev/null\n+++ /etc/systemd/system/gunicorn.service.d/override.conf\n"
                        "@@ -0,0 +1,3 @@\n+[Service]\n+Restart=on-failure\n+RestartSec=2\n",
                        risk=Risk.NONE,
                        for_="application.not-running",
                    ),
                ),
            ),
        ),
        evidence=(
            seen("e1", EvidenceKind.LOG_LINE, "/var/log/nginx/error.log:8812", REFUSED_LINE),
            seen(
                "e2",
                EvidenceKind.SOCKET_TABLE,
                "/proc/net/tcp, /proc/net/tcp6",
                "14 listening sockets, on ports 22, 53, 80, 443, 5432, 8080; none on port 8000",
            ),
            seen(
                "e3",
                EvidenceKind.UNIT,
                "systemctl show gunicorn.service",
                "ActiveState=inactive\nSubState=dead\nResult=success\nInactiveEnterTimestamp=2026-11-20 14:01:58 UTC\n"
                "ExecStart={ path=/srv/shop/venv/bin/gunicorn ; argv[]=gunicorn --bind 127.0.0.1:8000 shop.wsgi }\n",
            ),
            seen(
                "e4",
                EvidenceKind.JOURNAL,
                "journalctl -u gunicorn.service",
                "Nov 20 14:01:58 web1 systemd[1]: Stopped gunicorn.service - Shop.",
                T - timedelta(seconds=13),
            ),
            seen("e5", EvidenceKind.PACKET_FILTER, "nft list ruleset", 'iif "lo" accept'),
            seen("e6", EvidenceKind.KERNEL, "/dev/kmsg", "(no line says oom-kill)", None),
        ),
        unexamined=(),
        checks=checks(
            refresh=(FAILED, "3 of 3 requests failed in the same way", 0.031),
            server=(OK, "load 0.12 on 2 processors, 41 % of memory free, no disk above 60 %", 0.012),
            dns=(OK, "shop.example.com is 127.0.0.1, an address of this host", 0.004),
            logs=(FAILED, "214 failures in /var/log/nginx/error.log since 14:02:00, all of this kind", 0.02),
            firewall=(OK, "no rule concerns 127.0.0.1:8000", 0.041),
            upstream=(FAILED, "127.0.0.1:8000 refuses connections", 0.0004),
        ),
    )


def healthy() -> Report:
    return Report(
        tool=Tool(version="0.1.0"),
        target=Target(kind=TargetKind.URL, value="https://shop.example.com/"),
        vantages=(LOCAL,),
        started=T,
        seconds=0.31,
        verdict=Verdict.HEALTHY,
        summary="No fault found: 3 of 3 requests were answered and 12,480 log lines of the last 15 minutes show no "
        "failure; a failure rate of up to 0.03 % cannot be excluded.",
        answer=Answered(tries=3, failed=0, status=200, made_by="gunicorn", seconds=(0.041, 0.038, 0.04)),
        hops=(
            hop("h0", None, Role.CLIENT, State.OK, None, None),
            hop("h1", "h0", Role.GATEWAY, State.OK, "nginx/1.22.1", "203.0.113.7:443"),
            hop("h2", "h1", Role.UPSTREAM, State.OK, "gunicorn/22.0.0", "unix:/run/shop.sock"),
        ),
        incidents=(),
        evidence=(seen("e1", EvidenceKind.HEADER, "GET https://shop.example.com/", "HTTP/1.1 200 OK\nServer: nginx"),),
        unexamined=(),
        checks=checks(
            refresh=(OK, "3 of 3 requests were answered", 0.12),
            server=(OK, "load 0.12 on 2 processors, 41 % of memory free", 0.012),
            dns=(OK, "shop.example.com is 203.0.113.7", 0.021),
            logs=(OK, "no failure in 12,480 lines", 0.08),
            firewall=(OK, "no rule concerns the upstream", 0.04),
            upstream=(OK, "unix:/run/shop.sock answers, 0 of 2,048 wait to be accepted", 0.001),
        ),
    )


def outside() -> Report:
    page = (
        "HTTP/2 502\nserver: cloudflare\ncf-ray: 8e5c0d6f7a1b2c3d-FRA\n\n"
        '<html><head><title>shop.example.com | 502: Bad gateway</title></head><body class="cf-error-details">'
    )
    return Report(
        tool=Tool(version="0.1.0"),
        target=Target(kind=TargetKind.URL, value="https://shop.example.com/cart"),
        vantages=(OUTSIDE,),
        started=T,
        seconds=4.2,
        verdict=Verdict.BAD_GATEWAY,
        summary="Cloudflare was reached, but the server behind it answered 502 itself; why cannot be seen from here.",
        answer=Answered(tries=3, failed=3, status=502, made_by="Cloudflare", seconds=(0.31, 0.29, 0.3)),
        hops=(
            hop("h1", None, Role.CDN, State.OK, "Cloudflare", "104.16.132.229:443"),
            hop("h2", "h1", Role.GATEWAY, State.UNKNOWN, "nginx", None),
            hop("h3", "h2", Role.UPSTREAM, State.UNKNOWN, None, None),
        ),
        incidents=(
            Incident(
                failure=FailureShown(
                    id=FailureId.UPSTREAM_ANSWERED_ERROR,
                    gateway="Cloudflare",
                    upstream=None,
                    count=3,
                    first=T,
                    last=T + timedelta(seconds=2),
                    evidence=("e1",),
                ),
                made_at="h2",
                caused_at=None,
                route=None,
                request="GET /cart",
                cause=Cause(id="application.not-running", certainty=SUSPECTED),
                chain=(
                    LinkShown(
                        kind=LinkKind.FAILURE,
                        id="upstream-answered-error",
                        hop="h1",
                        subject="shop.example.com",
                        certainty=PROVEN,
                        says="Cloudflare passed on a 502 that the server behind it made.",
                        evidence=("e1",),
                    ),
                    LinkShown(
                        kind=LinkKind.CAUSE,
                        id="application.not-running",
                        hop="h3",
                        subject=None,
                        certainty=SUSPECTED,
                        says="The quick 502 after 0.3 s fits an application that is not running.",
                        evidence=(),
                    ),
                ),
                alternatives=(
                    Alternative(
                        id="application.crashes-on-request",
                        certainty=SUSPECTED,
                        says="The application may die while it works on this request.",
                    ),
                    Alternative(
                        id="network.wrong-port",
                        certainty=SUSPECTED,
                        says="The gateway may send to a port that the application does not use.",
                    ),
                ),
                excluded=(
                    ExcludedShown(
                        id="dns.record-missing", says="The name resolves to Cloudflare's addresses.", evidence=()
                    ),
                ),
                fixes=(),
            ),
        ),
        evidence=(seen("e1", EvidenceKind.PAGE, "GET https://shop.example.com/cart", page),),
        unexamined=(
            Unexamined(
                what="the gateway's error log",
                why=Why.NO_VANTAGE,
                unlock="ssh shop.example.com sudo why502 https://shop.example.com/cart",
                causes=("application.not-running", "application.crashes-on-request", "network.wrong-port"),
            ),
            Unexamined(what="sockets of the origin", why=Why.NO_VANTAGE, unlock=None, causes=()),
        ),
        checks=checks(
            refresh=(FAILED, "3 of 3 requests failed in the same way", 0.9),
            dns=(OK, "shop.example.com is 104.16.132.229 and one more, both answer", 0.03),
            firewall=(OK, "TCP and TLS to Cloudflare work", 0.05),
        ),
    )


def two_incidents() -> Report:
    first = refused()
    fail = FailureShown(
        id=FailureId.RESPONSE_TIMEOUT,
        gateway="nginx",
        upstream="10.0.0.12:9000",
        count=17,
        first=T - timedelta(minutes=9),
        last=T - timedelta(seconds=40),
        evidence=("e10",),
    )
    second = Incident(
        failure=fail,
        made_at="h1",
        caused_at="h4",
        route="server shop.example.com, location /report",
        request="GET /report/*",
        cause=Cause(id="overload.workers-busy", certainty=PROVEN),
        chain=(
            LinkShown(
                kind=LinkKind.FAILURE,
                id="response-timeout",
                hop="h1",
                subject="10.0.0.12:9000",
                certainty=PROVEN,
                says="nginx waited 60 s and got no response.",
                evidence=("e10",),
            ),
            LinkShown(
                kind=LinkKind.CAUSE,
                id="overload.workers-busy",
                hop="h4",
                subject="php-fpm pool www",
                certainty=PROVEN,
                says="All 5 workers of the pool are busy and requests wait.",
                evidence=("e11", "e12"),
            ),
        ),
        alternatives=(
            Alternative(
                id="application.too-slow",
                certainty=SUSPECTED,
                says="The script itself may need longer than 60 s even on an idle pool.",
            ),
        ),
        excluded=(),
        fixes=(
            FixShown(
                title="Allow more workers",
                commands=("sudo systemctl reload php8.2-fpm",),
                diff="--- /etc/php/8.2/fpm/pool.d/www.conf\n+++ /etc/php/8.2/fpm/pool.d/www.conf\n@@ -118,1 +118,1 @@\n"
                "-pm.max_children = 5\n+pm.max_children = 20\n",
                risk=Risk.RELOAD,
                for_="overload.workers-busy",
            ),
        ),
    )
    return Report(
        tool=first.tool,
        target=Target(kind=TargetKind.HOST, value="web1"),
        vantages=first.vantages,
        started=first.started,
        seconds=2.31,
        verdict=Verdict.BAD_GATEWAY,
        summary="gunicorn.service is not running, so every page of the shop fails; besides, reports time out "
        "because all 5 workers of php-fpm are busy.",
        answer=first.answer,
        hops=(
            *first.hops,
            hop("h3", "h1", Role.UPSTREAM, State.OK, "php-fpm/8.2", "10.0.0.11:9000"),
            hop("h4", "h1", Role.UPSTREAM, State.FAILED, "php-fpm/8.2", "10.0.0.12:9000"),
        ),
        incidents=(*first.incidents, second),
        evidence=(
            *first.evidence,
            seen(
                "e10",
                EvidenceKind.LOG_LINE,
                "/var/log/nginx/error.log:8790",
                "2026/11/20 14:01:31 [error] 812#812: *17 upstream timed out (110: Connection timed out) while reading "
                'response header from upstream, client: 198.51.100.4, server: shop.example.com, request: "GET '
                '/report/2026 HTTP/1.1", upstream: "fastcgi://10.0.0.12:9000", host: "shop.example.com"',
                T - timedelta(seconds=40),
            ),
            seen(
                "e11",
                EvidenceKind.ADMIN,
                "php-fpm status page of pool www",
                "active processes: 5\ntotal processes: 5\nlisten queue: 11\nmax children reached: 42\n",
            ),
            seen(
                "e12",
                EvidenceKind.LOG_LINE,
                "/var/log/php8.2-fpm.log:301",
                "[20-Nov-2026 13:53:02] WARNING: [pool www] server reached pm.max_children setting (5)",
                T - timedelta(minutes=9),
            ),
        ),
        unexamined=(
            Unexamined(
                what="kernel log",
                why=Why.NO_PERMISSION,
                unlock="sudo /usr/bin/python3 -m why502",
                causes=("overload.out-of-memory",),
            ),
        ),
        checks=first.checks,
    )


EVIL = (
    "\x1b[31mred\x1b[0m \x07bell \u202egnp.exe\u2066 zero\u200bwidth <script>alert(1)</script> & \"quote\" 'single' "
    "`tick` ```fence``` | pipe *bold* _em_ [link](javascript:alert(1)) "
    "\r\nnext line\tand tab \x9b2J \udcff 漢字 e\u0301"
)


def hostile() -> Report:
    link = LinkShown(
        kind=LinkKind.CAUSE,
        id=EVIL,
        hop="h1",
        subject=EVIL,
        certainty=SUSPECTED,
        says=EVIL,
        evidence=("e1", EVIL),
    )
    return Report(
        tool=Tool(version=EVIL),
        target=Target(kind=TargetKind.TEXT, value=EVIL),
        vantages=(VantageUsed(kind=VantageKind.TEXT, name=EVIL, privileged=False),),
        started=T,
        seconds=0.01,
        verdict=Verdict.OTHER_ERROR,
        summary=EVIL,
        answer=Answered(tries=1, failed=1, status=None, made_by=EVIL, seconds=()),
        hops=(
            HopShown(
                id="h1",
                behind=None,
                role=Role.GATEWAY,
                product=EVIL,
                version=EVIL,
                address="x" * 300,
                vantage=EVIL,
                state=State.FAILED,
            ),
            HopShown(
                id="h2",
                behind="h1",
                role=Role.UPSTREAM,
                product=None,
                version=None,
                address=EVIL,
                vantage=None,
                state=State.UNKNOWN,
            ),
        ),
        incidents=(
            Incident(
                failure=FailureShown(
                    id=FailureId.UNKNOWN,
                    gateway=EVIL,
                    upstream=EVIL,
                    count=1,
                    first=None,
                    last=None,
                    evidence=("e1",),
                ),
                made_at="h1",
                caused_at=EVIL,
                route=EVIL,
                request=EVIL,
                cause=Cause(id=EVIL, certainty=SUSPECTED),
                chain=(link,),
                alternatives=(Alternative(id=EVIL, certainty=SUSPECTED, says=EVIL),),
                excluded=(ExcludedShown(id=EVIL, says=EVIL, evidence=("e1",)),),
                fixes=(FixShown(title=EVIL, commands=(EVIL,), diff=f"--- {EVIL}\n+{EVIL}", risk=Risk.CODE, for_=EVIL),),
            ),
        ),
        evidence=(seen("e1", EvidenceKind.PASTED, EVIL, EVIL + "\n" + "A" * 5000),),
        unexamined=(Unexamined(what=EVIL, why=Why.OUR_BUG, unlock=EVIL, causes=(EVIL,)),),
        checks=tuple(Check(step=s, title=EVIL, state=WARNING, says=EVIL, seconds=0.0) for s in Step),
    )


def intermittent() -> Report:
    line = (
        "2026/11/20 14:02:11 [error] 812#812: *58 upstream prematurely closed connection while reading response header "
        'from upstream, client: 198.51.100.4, server: api.example.com, request: "GET /v1/items HTTP/1.1", upstream: '
        '"http://10.0.0.2:8080/v1/items", host: "api.example.com"'
    )
    chain = (
        LinkShown(
            kind=LinkKind.FAILURE,
            id="closed-before-response",
            hop="h1",
            subject="10.0.0.2:8080",
            certainty=PROVEN,
            says="The upstream closed a kept-alive connection while nginx was sending a request on it.",
            evidence=("e1",),
        ),
        LinkShown(
            kind=LinkKind.CAUSE,
            id="gateway.keepalive-race",
            hop="h1",
            subject="upstream api",
            certainty=PROVEN,
            says="The upstream closes idle connections after 5 s, nginx keeps them for 60 s and uses them again.",
            evidence=("e2", "e3"),
        ),
    )
    return Report(
        tool=Tool(version="0.1.0"),
        target=Target(kind=TargetKind.URL, value="https://api.example.com/v1/items"),
        vantages=(LOCAL,),
        started=T,
        seconds=7.9,
        verdict=Verdict.INTERMITTENT,
        summary="About one request in ten fails: nginx uses connections that the application has just closed, because "
        "it keeps them longer than the application does.",
        answer=Answered(tries=10, failed=1, status=502, made_by="nginx", seconds=(0.03,) * 10),
        hops=(
            hop("h1", None, Role.GATEWAY, State.OK, "nginx/1.22.1", "198.51.100.20:443"),
            hop("h2", "h1", Role.UPSTREAM, State.OK, "Node.js/20.11.0", "10.0.0.2:8080"),
        ),
        incidents=(
            Incident(
                failure=FailureShown(
                    id=FailureId.CLOSED_BEFORE_RESPONSE,
                    gateway="nginx",
                    upstream="10.0.0.2:8080",
                    count=31,
                    first=T - timedelta(minutes=14),
                    last=T,
                    evidence=("e1",),
                ),
                made_at="h1",
                caused_at="h1",
                route="server api.example.com, location /v1/",
                request="GET /v1/items",
                cause=Cause(id="gateway.keepalive-race", certainty=PROVEN),
                chain=chain,
                alternatives=(),
                excluded=(
                    ExcludedShown(
                        id="application.crashes-on-request",
                        says="The process has been the same since yesterday.",
                        evidence=(),
                    ),
                ),
                fixes=(
                    FixShown(
                        title="Let nginx give up idle connections before the application does",
                        commands=("sudo nginx -t && sudo systemctl reload nginx",),
                        diff="--- /etc/nginx/conf.d/api.conf\n+++ /etc/nginx/conf.d/api.conf\n@@ -3,4 +3,4 @@\n"
                        " upstream api {\n     server 10.0.0.2:8080;\n"
                        "     keepalive 32;\n-    keepalive_timeout 60s;\n+    keepalive_timeout 4s;\n }\n",
                        risk=Risk.RELOAD,
                        for_="gateway.keepalive-race",
                    ),
                ),
            ),
        ),
        evidence=(
            seen("e1", EvidenceKind.LOG_LINE, "/var/log/nginx/error.log:90112", line),
            seen(
                "e2",
                EvidenceKind.CONFIG,
                "/etc/nginx/conf.d/api.conf:3",
                "upstream api {\n    server 10.0.0.2:8080;\n    keepalive 32;\n    keepalive_timeout 60s;\n}\n",
            ),
            seen(
                "e3",
                EvidenceKind.PROBE,
                "10.0.0.2:8080 (kept open from this host)",
                "HTTP/1.1 200 OK, Keep-Alive: timeout=5; closed by the upstream after 5.004 s without a request",
            ),
        ),
        unexamined=(),
        checks=checks(
            refresh=(WARNING, "1 of 10 requests failed", 0.6),
            server=(OK, "load 1.2 on 4 processors, 63 % of memory free", 0.01),
            dns=(OK, "api.example.com is 198.51.100.20", 0.02),
            logs=(WARNING, "31 failures in 2,940 requests of the last 15 minutes", 0.07),
            firewall=(OK, "no rule concerns 10.0.0.2:8080", 0.04),
            upstream=(OK, "10.0.0.2:8080 answers in 12 ms", 0.012),
        ),
    )


def unreachable() -> Report:
    return Report(
        tool=Tool(version="0.1.0"),
        target=Target(kind=TargetKind.URL, value="https://old.example.com/"),
        vantages=(OUTSIDE,),
        started=T,
        seconds=6.01,
        verdict=Verdict.UNREACHABLE,
        summary="No gateway was reached: 192.0.2.80 does not answer on port 443, so this is no 502.",
        answer=Answered(tries=1, failed=1, status=None, made_by=None, seconds=(6.0,)),
        hops=(hop("h1", None, Role.GATEWAY, State.FAILED, None, "192.0.2.80:443"),),
        incidents=(),
        evidence=(
            seen("e1", EvidenceKind.PROBE, "TCP to 192.0.2.80:443 from this host", "no answer to SYN within 6 s"),
        ),
        unexamined=(
            Unexamined(what="the host itself", why=Why.NO_VANTAGE, unlock="ssh old.example.com why502", causes=()),
        ),
        checks=checks(
            refresh=(FAILED, "no answer within 6 s, not asked again", 6.0),
            dns=(OK, "old.example.com is 192.0.2.80", 0.03),
            firewall=(WARNING, "the address answers neither on 443 nor on 80", 6.0),
        ),
    )


def inconclusive() -> Report:
    return Report(
        tool=Tool(version="0.1.0"),
        target=Target(kind=TargetKind.TEXT, value="standard input"),
        vantages=(VantageUsed(kind=VantageKind.TEXT, name="text", privileged=False),),
        started=T,
        seconds=0.002,
        verdict=Verdict.INCONCLUSIVE,
        summary="The text says that nginx answered 502, and nothing about why.",
        answer=None,
        hops=(),
        incidents=(
            Incident(
                failure=FailureShown(
                    id=FailureId.UNKNOWN,
                    gateway="nginx",
                    upstream=None,
                    count=1,
                    first=None,
                    last=None,
                    evidence=("e1",),
                ),
                made_at=None,
                caused_at=None,
                route=None,
                request=None,
                cause=Cause(id="unknown", certainty=SUSPECTED),
                chain=(),
                alternatives=(),
                excluded=(),
                fixes=(),
            ),
        ),
        evidence=(
            seen(
                "e1", EvidenceKind.PASTED, "standard input, line 1", "<center><h1>502 Bad Gateway</h1></center>", None
            ),
        ),
        unexamined=(
            Unexamined(
                what="the error log of nginx",
                why=Why.NO_VANTAGE,
                unlock="sudo tail -n 50 /var/log/nginx/error.log | why502 explain -",
                causes=("application.not-running", "application.too-slow"),
            ),
        ),
        checks=tuple(
            Check(step=s, title=TITLES[s], state=SKIPPED, says="only text was given", seconds=0.0) for s in Step
        ),
    )


EXAMPLES = {
    "refused": refused(),
    "healthy": healthy(),
    "outside": outside(),
    "two-incidents": two_incidents(),
    "hostile": hostile(),
    "intermittent": intermittent(),
    "unreachable": unreachable(),
    "inconclusive": inconclusive(),
}
