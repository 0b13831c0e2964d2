from tests.evidence import NGINX, Known, case, gateway, group, request, route, settings, socket_path
from why502.observations.failure import FailureId, Hop
from why502.observations.want import Protocols, TlsAs, User
from why502.rules.probing import alike, asked, connect_want, patience, plain_want, response_want, tls_want

TIMEOUT = FailureId.RESPONSE_TIMEOUT


def test_it_asks_as_the_gateway_asks() -> None:
    made = route(settings=settings(host="shop", headers=(("X-A", "1"),), tls=True, server_name="shop.internal"))
    want = response_want(case(TIMEOUT, request=request("/a?b=1", "HEAD")), made, gateway())
    assert want.how is not None
    assert (want.how.method, want.how.path, want.how.host) == ("HEAD", "/a?b=1", "shop")
    assert want.how.headers == (("X-A", "1"), (":version", "1.0"))
    assert want.how.tls == TlsAs(server_name="shop.internal")
    assert want.how.user is None, "an address is asked as anybody"


def test_the_path_is_the_one_that_the_gateway_sends() -> None:
    made = route(settings=settings(request_uri="/app/a"))
    want = response_want(case(TIMEOUT, request=request("/a")), made, None)
    assert want.how is not None
    assert want.how.path == "/app/a"


def test_no_probe_acts_and_a_get_is_not_like_a_post() -> None:
    posted = case(TIMEOUT, request=request("/pay", "POST"))
    want = response_want(posted, route(), None)
    assert want.how is not None
    assert want.how.method == "GET"
    assert want.how.body == b""
    assert not alike(posted)
    assert not alike(case(TIMEOUT, request=None))
    assert alike(case(TIMEOUT))


def test_a_path_is_asked_as_the_gateways_user() -> None:
    made = case(FailureId.CONNECT_DENIED, socket_path())
    assert connect_want(made, gateway()).how is not None
    assert connect_want(made, gateway()).how.user == User(uid=33, gid=33)  # type: ignore[union-attr]
    assert connect_want(made, None).how.user is None  # type: ignore[union-attr]


def test_fastcgi_gets_the_parameters_of_the_route() -> None:
    script = (("SCRIPT_FILENAME", "/srv/index.php"),)
    made = route(protocol=Protocols.FASTCGI, settings=settings(script=script))
    want = response_want(case(TIMEOUT), made, None)
    assert want.how is not None
    assert (want.how.protocol, want.how.headers) == (Protocols.FASTCGI, script)


def test_plain_and_tls_ask_the_same_port() -> None:
    made = route(settings=settings(tls=True, server_name="a", tls_newest="TLSv1.2"))
    assert plain_want(case(TIMEOUT), made).how.tls is None  # type: ignore[union-attr]
    assert tls_want(case(TIMEOUT), made).how.tls == TlsAs(server_name="a", newest="TLSv1.2")  # type: ignore[union-attr]


def test_a_short_time_out_is_waited_out_and_a_long_one_is_not() -> None:
    assert patience(2.0) == 6.0
    assert patience(60.0) < 9


def test_without_a_route_there_is_nothing_to_ask() -> None:
    assert asked(case(), Known()) is None
    assert asked(case(), Known(route(group=None))) is None
    assert asked(case(hop=Hop(gateway=NGINX)), Known(route())) is None
    assert asked(case(), Known(route(group=group()))) is not None
