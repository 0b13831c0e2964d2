from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE
from why502.servers.product import Text
from why502.servers.uwsgi import files, settings
from why502.servers.words import Where

WHERE = Where(place=HERE, cwd="/srv")
INI = """
[other]
socket = :1
[uwsgi]
; socket = :2
base = /run/shop
socket = %(base)/%n.sock
http = 127.0.0.1:8080
processes = 4
threads = 2
harakiri = 30
logto = %d%n.log
master
"""


def of(arguments, text):
    (found,) = settings(arguments.split(), WHERE, [Text(path="/etc/uwsgi/app.ini", text=text)])
    return found


def test_an_ini_file():
    found = of("--ini /etc/uwsgi/app.ini", INI)
    assert [str(each) for each in found.binds] == ["unix:/run/shop/app.sock", "127.0.0.1:8080"]
    assert (found.capacity, found.timeout, found.keepalive) == (8, 30.0, 0.0)
    assert (found.logs, found.source) == (("/etc/uwsgi/app.log",), "/etc/uwsgi/app.ini")


def test_where_the_file_is():
    assert files(["--ini", "a.ini:section", "/b.ini"], WHERE) == ("/srv/a.ini", "/b.ini")


@given(st.text())
def test_any_file(text):
    of("", "[uwsgi]\n" + text)
