"""nginx must resolve a name at run time (the address is a variable) and has been given no resolver."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("dns.no-resolver")
def no_resolver(stand: Stand) -> str:
    """Put the upstream into a variable."""
    application = stand.application()
    stand.gateway(f"set $shop shop.localhost:{application.port};\n            proxy_pass http://$shop;")
    return f"{stand.url}/"
