from tests.vantages import HERE
from why502.servers.node import arguments, script, settings
from why502.servers.product import Text
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


def told(source: str) -> list[str]:
    (found,) = settings(["server.js"], Where(place=HERE), [Text(path="/srv/server.js", text=source)])
    return [str(each) for each in found.binds]


def test_a_literal_listen_of_the_script_is_its_address():
    assert told("server.listen(8000, '127.0.0.1');") == ["127.0.0.1:8000"]
    assert told("app.listen(3000, () => log('up'))") == ["[::]:3000"]
    assert told('server.listen("/run/app.sock")') == ["unix:/run/app.sock"]


def test_what_is_computed_or_said_twice_is_not_guessed():
    assert told("app.listen(process.env.PORT || 3000)") == []
    assert told("a.listen(1000); b.listen(2000);") == []
    assert told("nothing here") == []


def test_the_script_is_the_first_word_that_is_no_option():
    where = Where(place=HERE, cwd="/srv")
    assert script(["--max-old-space-size=9", "server.js", "x"], where) == ("/srv/server.js",)
    assert script(["-e", "1"], where) == ()
