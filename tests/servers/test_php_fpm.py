import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE
from why502.servers.php_fpm import arguments, files, included, seconds, settings
from why502.servers.product import Text
from why502.servers.words import Where

WHERE = Where(place=HERE, cwd="/")
MAIN = Text(path="/etc/php-fpm.conf", text="[global]\nerror_log = /var/log/fpm.log\ninclude=/etc/pool.d/*.conf\n")
POOLS = Text(
    path="/etc/pool.d/a.conf",
    text="[www]\nlisten = /run/php/$pool.sock ; here\npm.max_children = 5\nrequest_terminate_timeout = 2m\n"
    ';listen = 1\n[api]\nlisten = "127.0.0.1:9000"\n',
)


@pytest.mark.parametrize(
    ("command", "config"),
    [
        (["php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)"], "/etc/php/8.2/fpm/php-fpm.conf"),
        (["/usr/sbin/php-fpm8.2", "--nodaemonize", "--fpm-config", "/x.conf"], "/x.conf"),
        (["php-fpm8.3", "-F"], "/etc/php/8.3/fpm/php-fpm.conf"),
        (["php-fpm"], "/etc/php-fpm.conf"),
    ],
)
def test_where_the_configuration_is(command, config):
    assert files(arguments(command), WHERE) == (config,)


def test_others_are_none():
    assert arguments(["php-fpm: pool www"]) is None
    assert arguments([]) is None


def test_pools():
    assert included(MAIN) == ("/etc/pool.d/*.conf",)
    www, api = settings([], WHERE, [MAIN, POOLS])
    assert ([str(each) for each in www.binds], www.capacity, www.timeout) == (["unix:/run/php/www.sock"], 5, 120.0)
    assert (www.pool, www.logs, www.source) == ("www", ("/var/log/fpm.log",), "/etc/pool.d/a.conf")
    assert ([str(each) for each in api.binds], api.capacity, api.timeout) == (["127.0.0.1:9000"], None, None)


@pytest.mark.parametrize(("text", "value"), [("30", 30.0), ("30s", 30.0), ("1h", 3600.0), ("0", None), ("x", None)])
def test_durations(text, value):
    assert seconds(text) == value


@given(st.text())
def test_any_file(text):
    made = Text(path="/x", text=text)
    settings([], WHERE, [made])
    included(made)
    seconds(text)
