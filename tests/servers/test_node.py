from tests.vantages import HERE
from why502.servers.node import arguments, settings
from why502.servers.words import Where


def test_only_a_port_of_the_environment_is_known():
    (found,) = settings(["server.js"], Where(place=HERE), [])
    assert (found.binds, found.capacity, found.keepalive) == ((), None, None)
    (found,) = settings(["server.js"], Where(place=HERE, environment=(("PORT", "3000"),)), [])
    assert [str(each) for each in found.binds] == ["[::]:3000"]


def test_what_is_node():
    assert arguments(["/usr/bin/node", "--max-old-space-size=9", "server.js"]) is not None
    assert arguments(["nodemon", "server.js"]) is None
    assert arguments([]) is None
