"""The site's application always needs 3 s and the gateway waits 2; another site of the same log answers this path."""

from lab.servers import serve
from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    form = bench.pick(("upstream", "json", "combined"))
    s = site(
        bench,
        "gunicorn",
        does=Behaviour(sleep=3.0),
        lines=("proxy_read_timeout 2s;",),
        log_format=form,
        workers=8,
        systemd=True,
        start=False,
    )
    box, nginx = s.box, s.nginx
    beside = serve(bench, box, "gunicorn", unit=True)
    other = f"{bench.word()}.{bench.word()}.example"
    nginx.blocks.append(
        f"server {{\n    listen {nginx.port};\n    server_name {other};\n"
        f"    location {nginx.prefix} {{\n        {beside.pass_line()}\n    }}\n}}\n"
    )
    nginx.start()
    client = bench.client_box
    assert client is not None
    for _ in range(6):
        bench.expect_status(client.ask(nginx.address, nginx.port, nginx.prefix + "/list", host=other), 200)
    cause = "gateway.timeout-too-short"
    return Scenario(
        nginx.url(),
        views(
            root=view((cause, "application.too-slow"), proven=False, chain=cause),
            user=view((cause, "application.too-slow"), proven=False, chain=cause),
        ),
        lambda: nginx.expect_fault("upstream timed out", 504),
        failures=("response-timeout",),
    )
