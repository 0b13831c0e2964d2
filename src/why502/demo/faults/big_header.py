"""The application sends a sound response head of 6 KB; nginx's buffer is 4 KB."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("gateway.buffer-too-small")
def big_header(stand: Stand) -> str:
    """Ask for the page that sets a large cookie."""
    application = stand.application()
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};\n            proxy_buffer_size 4k;")
    return f"{stand.url}/big"
