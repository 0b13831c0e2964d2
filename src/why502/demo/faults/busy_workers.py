"""The application's only worker is taken by a long request, so the next ones wait longer than nginx does."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("overload.workers-busy")
def busy_workers(stand: Stand) -> str:
    """Keep the worker busy, with more requests waiting for it."""
    application = stand.application()
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};\n            proxy_read_timeout 2s;")
    stand.occupy(application, requests=3, seconds=300)
    return f"{stand.url}/"
