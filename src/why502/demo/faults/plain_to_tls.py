"""nginx speaks plain HTTP to an application that speaks TLS."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("tls.plain-to-tls-port")
def plain_to_tls(stand: Stand) -> str:
    """Write http where it should be https."""
    application = stand.application(tls=True)
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};")
    return f"{stand.url}/"
