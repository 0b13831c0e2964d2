"""nginx is sent to ::1, and the application listens on 127.0.0.1 only."""

import socket

from why502.demo.fault import fault
from why502.demo.stand import ImpossibleError, Stand


@fault("network.address-family")
def ipv6_localhost(stand: Stand) -> str:
    """Write the address of the other family."""
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError as error:
        raise ImpossibleError(f"this host has no IPv6 loopback ({error.strerror})") from error
    application = stand.application()
    stand.gateway(f"proxy_pass http://[::1]:{application.port};")
    return f"{stand.url}/"
