"""nginx's own answers and those it passes on, as first contact meets them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stands.around import endpoint
from tests.stands.gateway import Gateway, gateway
from tests.stands.nginx import binaries, free_port
from tests.stands.upstream import Upstream, answering
from why502.gateways.nginx.eye import NGINX
from why502.gateways.nginx.recognise import possible
from why502.observations.answer import Answer, Maker
from why502.observations.failure import FailureId
from why502.observations.want import As, Protocols
from why502.probes.contact import begin
from why502.vantage.local import Local


def asked(made: Gateway, path: str) -> Answer:
    async def ask() -> Answer:
        how = As(protocol=Protocols.HTTP, host="shop.test", path=path)
        contact = await begin(Local(), endpoint(made.port), how)
        answer = await contact.finish(5.0)
        await contact.close()
        return answer

    return asyncio.run(ask())


@pytest.mark.parametrize("program", sorted(binaries().values()), ids=lambda path: Path(path).parts[1])
def test_tells_its_own_page_from_an_upstreams(program: str, open_path: Path) -> None:
    page = b"HTTP/1.0 502 Proxy Error\r\nContent-Type: text/html\r\n\r\n<h1>Proxy Error</h1>"
    with Upstream(answering(page)) as app:
        server = (
            f"location /dead {{ proxy_pass http://127.0.0.1:{free_port()}; }}\n"
            f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}"
        )
        with gateway(open_path / "g", server, program=program) as made:
            own, passed = asked(made, "/dead"), asked(made, "/")
    made_, handed = NGINX.origin(own), NGINX.origin(passed)
    assert made_ is not None
    assert (made_.product, made_.maker) == ("nginx", Maker.MADE)
    assert made_.version in {".".join(map(str, each)) for each in binaries()}
    assert handed is not None
    assert handed.maker is Maker.PASSED
    assert FailureId.CONNECT_REFUSED in NGINX.possible(own)
    assert NGINX.possible(own) == possible(502, own.seconds)


def test_no_answer_has_no_maker() -> None:
    async def ask() -> Answer:
        contact = await begin(Local(), endpoint(free_port()), As(protocol=Protocols.HTTP))
        return await contact.finish(1.0)

    before = datetime.now(UTC)
    answer = asyncio.run(ask())
    assert answer.seen.at.start >= before
    assert NGINX.origin(answer) is None
    assert NGINX.possible(answer) == frozenset()
