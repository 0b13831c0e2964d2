"""The variables of a request as CGI names them (RFC 3875), which FastCGI and uwsgi share."""

from why502.probes.http1 import Headers


def variables(method: str, path: str, host: str, given: Headers) -> list[tuple[str, str]]:
    """Return the gateway's own parameters, and the usual ones that it lacks. Names that begin with `:` are ours."""
    uri, _, query = path.partition("?")
    usual = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": path,
        "DOCUMENT_URI": uri,
        "SCRIPT_NAME": uri,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "",
        "CONTENT_LENGTH": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "HTTP_HOST": host,
    }
    named = {name for name, _ in given}
    pairs = [pair for pair in given if not pair[0].startswith(":")]
    return pairs + [(name, value) for name, value in usual.items() if name not in named]
