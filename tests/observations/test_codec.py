"""The codec loses nothing, and refuses with a place what is no record."""

import importlib
import json
import pkgutil
import typing
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import why502.observations
from why502.observations.codec import UnfitError, from_plain, to_plain
from why502.observations.fact import Fact
from why502.observations.place import Place
from why502.observations.sockets import SocketTable
from why502.observations.subjects import Endpoint

for found in pkgutil.iter_modules(why502.observations.__path__):
    importlib.import_module(f"why502.observations.{found.name}")


def kinds(base: type) -> list[type]:
    """Every subclass, at any depth, by name; what a room has for its own lookers alone is in no bundle or report."""
    below = {
        one
        for each in base.__subclasses__()
        if each.__module__.startswith("why502.observations.")
        for one in (each, *kinds(each))
    }
    # `slots=True` makes a class twice; the first stays behind as a subclass until it is collected.
    real = {one for one in below if getattr(importlib.import_module(one.__module__), one.__name__, None) is one}
    return sorted(real, key=lambda one: one.__name__)


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(min_value=-(2**63), max_value=2**63))


@pytest.mark.parametrize("kind", kinds(Fact), ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_kind_of_fact_survives_json(kind: type[Fact], data: st.DataObject) -> None:
    fact = data.draw(st.from_type(kind))
    assert from_plain(kind, json.loads(json.dumps(to_plain(fact)))) == fact


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(("is", "about", "seen", "place")) | st.text(), inner)
        ),
    )
)
def test_anything_else_is_refused_in_words(junk: object) -> None:
    with pytest.raises(UnfitError):
        from_plain(SocketTable, junk)


ENDPOINT = Endpoint(place=Place(host="boot", net=1), address="127.0.0.1", port=80)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"port": "80"}, "Endpoint.port"),
        ({"port": True}, "Endpoint.port"),
        ({"place": None}, "Endpoint.place"),
        ({"place": {"is": "Window"}}, "Endpoint.place"),
        ({"is": "SocketPath"}, "Endpoint"),
    ],
)
def test_the_place_of_a_mistake_is_named(change: dict[str, object], place: str) -> None:
    with pytest.raises(UnfitError, match=f"^{place}: "):
        from_plain(Endpoint, to_plain(ENDPOINT) | change)


def test_a_missing_field_is_named_and_a_default_needs_no_field() -> None:
    plain = to_plain(ENDPOINT)
    del plain["address"]
    with pytest.raises(UnfitError, match="lacks address"):
        from_plain(Endpoint, plain)
    assert from_plain(Place, {"is": "Place", "host": "boot"}) == Place(host="boot")


def test_sets_are_written_in_one_order() -> None:
    words = [frozenset(order) for order in (("b", "a", "c"), ("c", "b", "a"))]
    assert to_plain(words[0]) == to_plain(words[1]) == ["a", "b", "c"]


def test_every_field_of_a_fact_has_a_resolvable_annotation() -> None:
    for kind in kinds(Fact):
        assert {field.name for field in fields(kind)} <= typing.get_type_hints(kind).keys()
