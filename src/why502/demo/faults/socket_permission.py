"""nginx may not open the application's unix socket.

Without root, nginx is the socket's owner here, so the socket is closed to its owner too.
"""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("gateway.socket-permission")
def socket_permission(stand: Stand) -> str:
    """Take every permission from the socket."""
    path = stand.base / "shop.sock"
    stand.application(path)
    path.chmod(0)
    stand.gateway(f"proxy_pass http://unix:{path};")
    return f"{stand.url}/"
