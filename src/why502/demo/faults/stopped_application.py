"""The application's processes are stopped (as by a debugger): it takes connections and never answers."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("application.hangs")
def stopped_application(stand: Stand) -> str:
    """Send SIGSTOP to all of it."""
    application = stand.application()
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};\n            proxy_read_timeout 2s;")
    application.freeze()
    return f"{stand.url}/"
