"""nginx is told a unix socket that does not exist; the application's has another name."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("gateway.socket-missing")
def missing_socket(stand: Stand) -> str:
    """Name the socket `shop.sock`, and `store.sock` in the configuration."""
    stand.application(stand.base / "shop.sock")
    stand.gateway(f"proxy_pass http://unix:{stand.base}/store.sock;")
    return f"{stand.url}/"
