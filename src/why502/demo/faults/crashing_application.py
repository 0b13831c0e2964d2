"""The application takes the request and dies before it answers."""

from why502.demo.fault import fault
from why502.demo.stand import ImpossibleError, Stand, has_gunicorn


@fault("application.crashes-on-request")
def crashing_application(stand: Stand) -> str:
    """Ask for the page that ends the worker."""
    if not has_gunicorn():
        raise ImpossibleError("it takes gunicorn, which starts another worker after each death")
    application = stand.application()
    stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};")
    return f"{stand.url}/crash"
