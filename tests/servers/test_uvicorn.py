from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE
from why502.servers.uvicorn import settings
from why502.servers.words import Where


def of(arguments, **environment):
    (found,) = settings(arguments, Where(place=HERE, cwd="/srv", environment=tuple(environment.items())), [])
    return found


def test_defaults_and_options():
    found = of(["app:app"])
    assert ([str(each) for each in found.binds], found.given, found.keepalive) == (["127.0.0.1:8000"], False, 5.0)
    assert found.capacity is None
    found = of(["app:app", "--limit-concurrency", "10", "--workers", "3", "--timeout-keep-alive", "0"])
    assert (found.capacity, found.keepalive) == (30, 0.0)
    assert [str(each) for each in of(["app:app"], UVICORN_PORT="9").binds] == ["127.0.0.1:9"]


@given(st.lists(st.text()))
def test_any_words(words):
    of(words)
