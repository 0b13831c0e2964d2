"""nginx speaks TLS to an application that speaks plain HTTP."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("tls.tls-to-plain-port")
def tls_to_plain(stand: Stand) -> str:
    """Write https where it should be http."""
    application = stand.application()
    stand.gateway(f"proxy_pass https://127.0.0.1:{application.port};")
    return f"{stand.url}/"
