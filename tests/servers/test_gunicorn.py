from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE
from why502.servers.gunicorn import files, parse_config, settings
from why502.servers.product import Text
from why502.servers.words import Where

FILE = """
import os
bind = ['127.0.0.1:9', "unix:g.sock"]  # two
workers = os.cpu_count()
timeout = 5
errorlog = 'e.log'
"""
WHERE = Where(place=HERE, cwd="/srv")


def of(arguments, config=""):
    (found,) = settings(arguments.split(), WHERE, [Text(path="/srv/gunicorn.conf.py", text=config)] if config else [])
    return found


def test_defaults():
    found = of("app:app")
    assert ([str(each) for each in found.binds], found.given) == (["127.0.0.1:8000"], False)
    assert (found.capacity, found.timeout, found.keepalive) == (1, 30.0, 0.0)


def test_threads_make_room_and_keep_connections():
    found = of("app:app -w 3 --threads 4 -t 0 --keep-alive 7")
    assert (found.capacity, found.timeout, found.keepalive) == (12, None, 7.0)
    assert of("app:app -w 3 -k gthread --threads 4").keepalive == 2.0


def test_event_loops_have_no_capacity():
    assert of("app:app -w 3 -k uvicorn.workers.UvicornWorker").capacity is None
    assert of("app:app -k gevent").capacity is None


def test_a_configuration_file():
    found = of("app:app", FILE)
    assert [str(each) for each in found.binds] == ["127.0.0.1:9", "unix:/srv/g.sock"]
    assert (found.capacity, found.timeout, found.logs, found.given) == (None, 5.0, ("/srv/e.log",), True)
    assert found.source == "/srv/gunicorn.conf.py"
    assert [str(each) for each in of("app:app -b :1", FILE).binds] == ["0.0.0.0:1"]


def test_a_bind_that_is_computed_is_not_known():
    assert of("app:app", "bind = '0.0.0.0:' + port\n").binds == ()
    assert of("app:app", "bind = f'{host}:1'\n").binds == ()
    assert of("app:app", "bind = os.environ.get('BIND', '127.0.0.1:1')\n").binds == ()


def test_where_the_file_is():
    assert files(["app:app"], WHERE) == ("/srv/gunicorn.conf.py",)
    assert files(["-c", "/etc/g.py"], WHERE) == ("/etc/g.py",)
    assert files(["-c", "python:conf"], WHERE) == ()


@given(st.text())
def test_any_configuration(text):
    parse_config(text)
    of("app:app", "x = 1\n" + text)
