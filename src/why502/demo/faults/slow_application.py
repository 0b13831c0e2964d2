"""The application answers after three seconds; nginx waits for two."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("gateway.timeout-too-short", "application.too-slow")
def slow_application(stand: Stand) -> str:
    """Ask for a slow page; a second worker answers who asks it directly meanwhile."""
    application = stand.application(workers=2)
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};\n            proxy_read_timeout 2s;")
    return f"{stand.url}/slow/3"
