"""The applications themselves: small real programs for each server, whose behaviour a scenario chooses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """What an application does with a request; its source does not say so in plain words.

    header: bytes of one more response header (Python only: on paths with `on`). body: bytes of the body.
    sleep: seconds before the answer. on: only where this is part of the path. gate: only while this file exists.
    die: the serving process ends on such a request; killed: by signal 9 (Python only). eat: it allocates this many MiB.
    knows: any path without this is answered 404 (empty: every path is known).
    """

    header: int = 0
    body: int = 64
    sleep: float = 0.0
    die: bool = False
    killed: bool = False
    eat: int = 0
    on: str = ""
    gate: str = ""
    knows: str = ""


def wsgi(does: Behaviour) -> str:
    """Python for gunicorn and uWSGI."""
    return f"""import os
import time

HELD = []


def application(environ, start_response):
    path = environ.get("PATH_INFO", "")
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
{_python_steps(does, "time.sleep")}    status = "200 OK" if {does.knows!r} in path else "404 Not Found"
    start_response(status, {_python_headers(does)})
    return [b"x" * {does.body}]
"""


def asgi(does: Behaviour) -> str:
    """Python for uvicorn."""
    return f"""import asyncio
import os

HELD = []


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    path = scope["path"]
    while (await receive()).get("more_body"):
        pass
{_python_steps(does, "await asyncio.sleep")}    fields = {_python_headers(does)}
    headers = [(name.lower().encode(), value.encode()) for name, value in fields]
    status = 200 if {does.knows!r} in path else 404
    await send({{"type": "http.response.start", "status": status, "headers": headers}})
    await send({{"type": "http.response.body", "body": b"x" * {does.body}}})
"""


def _python_steps(does: Behaviour, sleep: str) -> str:
    test = " and ".join(
        [
            *([f"{does.on!r} in path"] if does.on else []),
            *([f"os.path.exists({does.gate!r})"] if does.gate else []),
        ]
    )
    steps = [
        *([f"HELD.append(bytearray(os.urandom(1 << 20)) * {does.eat})"] if does.eat else []),
        *([f"{sleep}({does.sleep})"] if does.sleep else []),
        *(["os._exit(1)"] if does.die else []),
        *(["os.kill(os.getpid(), 9)"] if does.killed else []),
    ]
    if not steps:
        return ""
    indent = "        " if test else "    "
    return (f"    if {test}:\n" if test else "") + "".join(f"{indent}{step}\n" for step in steps)


def _python_headers(does: Behaviour) -> str:
    fixed = f'("Content-Type", "text/plain"), ("Content-Length", "{does.body}")'
    size = f"{does.header} if {does.on!r} in path else 1" if does.on else str(does.header)
    return f'[{fixed}, ("X-Context", "c" * ({size}))]' if does.header else f"[{fixed}]"


def node(
    does: Behaviour, port: int | str, host: str = "", keep: float = 5.0, tls: tuple[str, str] | None = None
) -> str:
    """JavaScript for Node. `keep`: seconds an idle connection is kept."""
    test = " && ".join(
        [
            *([f"request.url.includes({does.on!r})"] if does.on else []),
            *([f"fs.existsSync({does.gate!r})"] if does.gate else []),
        ]
    )
    steps = [
        *([f"held.push(Buffer.alloc({does.eat} * 1048576, 7));"] if does.eat else []),
        *(["process.exit(3);"] if does.die else []),
    ]
    first = f"if ({test or 'true'}) {{ {' '.join(steps)} }}" if steps else ""
    delay = f"({test or 'true'}) ? {int(does.sleep * 1000)} : 0" if does.sleep else "0"
    header = f"response.setHeader('X-Context', 'c'.repeat({does.header}));" if does.header else ""
    where = f"'{port}'" if isinstance(port, str) else (f"{port}, '{host}'" if host else f"{port}")
    secure = f"{{key: fs.readFileSync('{tls[1]}'), cert: fs.readFileSync('{tls[0]}')}}, " if tls else ""
    return f"""const fs = require('fs');
const server = require('{"https" if tls else "http"}').createServer({secure}(request, response) => {{
  request.resume();
  request.on('end', () => {{
    {first}
    {header}
    response.statusCode = request.url.includes({does.knows!r}) ? 200 : 404;
    response.setHeader('Content-Type', 'text/plain');
    setTimeout(() => response.end('x'.repeat({does.body})), {delay});
  }});
}});
const held = [];
server.keepAliveTimeout = {int(keep * 1000)};
if ('keepAliveTimeoutBuffer' in server) server.keepAliveTimeoutBuffer = 0;
server.listen({where});
"""


def php(does: Behaviour) -> str:
    """PHP for php-fpm."""
    test = " && ".join(
        [
            *([f"strpos($_SERVER['REQUEST_URI'], '{does.on}') !== false"] if does.on else []),
            *([f"file_exists('{does.gate}')"] if does.gate else []),
        ]
    )
    steps = [
        *([f"$held = random_bytes({does.eat} * 1048576);"] if does.eat else []),
        *([f"usleep({int(does.sleep * 1_000_000)});"] if does.sleep else []),
        *(["posix_kill(getmypid(), 9);"] if does.die else []),
    ]
    first = f"if ({test or 'true'}) {{ {' '.join(steps)} }}\n" if steps else ""
    header = f"header('X-Context: ' . str_repeat('c', {does.header}));\n" if does.header else ""
    known = (
        f"if (strpos($_SERVER['REQUEST_URI'], '{does.knows}') === false) http_response_code(404);\n"
        if does.knows
        else ""
    )
    return f"<?php\n{first}{known}{header}header('Content-Type: text/plain');\necho str_repeat('x', {does.body});\n"
