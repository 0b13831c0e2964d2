"""The application has died: nothing listens where nginx sends its requests."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("network.nothing-listening", "application.not-running")
def dead_application(stand: Stand) -> str:
    """Start the application, point nginx to it, and end it."""
    application = stand.application()
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};")
    application.stop()
    return f"{stand.url}/"
