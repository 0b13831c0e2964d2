"""A single event loop waits for something that never comes; other requests get no byte."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    gate = f"/var/lib/{bench.word()}.pipe"
    box = bench.gateway()
    app = serve(bench, box, "uvicorn")
    source = f"{app.folder}/asgi.py"
    step = '    if "list" in path:\n        open("' + gate + '").read()\n'
    text = box.read(source)
    box.run(f"mkfifo -m 666 {gate}")
    app.stop()
    box.write(source, text.replace("    fields = ", step + "    fields = "))
    app.begin()
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(), "proxy_read_timeout 3s;")
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("application.hangs", "overload.workers-busy"),
        lambda: nginx.expect_fault("upstream timed out", 504),
        failures=("response-timeout",),
    )
