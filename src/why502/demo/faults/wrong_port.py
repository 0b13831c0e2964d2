"""nginx is told a port on which the application does not listen; the application runs on another."""

from why502.demo.fault import fault
from why502.demo.stand import Stand, free_port


@fault("gateway.wrong-address", "network.nothing-listening")
def wrong_port(stand: Stand) -> str:
    """Write a free port into the configuration."""
    stand.application()
    stand.gateway(f"proxy_pass http://127.0.0.1:{free_port()};")
    return f"{stand.url}/"
