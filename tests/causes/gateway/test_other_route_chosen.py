"""gateway.other-route-chosen: another block bears the request's host."""

from dataclasses import replace

from tests.causes.grades import COMPATIBLE, SPECIFIC, Irrelevant, blind, said
from tests.evidence import NGINX, SITE, case, request, route, seen
from why502.causes.gateway.other_route_chosen import other_route_chosen
from why502.observations.failure import FailureId
from why502.observations.gateway import RouteListed

OTHER = case(FailureId.CONNECT_REFUSED, request=request(name="blog.example.com"))


def listed(name: str) -> RouteListed:
    return RouteListed(
        about=NGINX, seen=seen(), name=name, address="0.0.0.0", port=80, tls=False, location="/",
        written="http://127.0.0.1:9000", site=SITE,
    )  # fmt: skip


def test_another_block_bears_the_host() -> None:
    assert said(other_route_chosen, OTHER, route(), listed("blog.example.com")) is SPECIFIC
    assert said(other_route_chosen, OTHER, route(), listed("shop.example.com")) is COMPATIBLE


def test_it_spares_the_block_that_bears_the_host_and_a_request_that_is_not_known() -> None:
    ours = case(FailureId.CONNECT_REFUSED)
    assert said(other_route_chosen, ours, route(), listed("shop.example.com")) is Irrelevant
    assert said(other_route_chosen, replace(ours, failure=replace(ours.failure, request=None)), route()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(other_route_chosen)
