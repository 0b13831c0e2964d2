import asyncio

from tests.vantages import HERE, Paper
from why502.servers.php_fpm import PHP_FPM
from why502.servers.product import configuration, matching
from why502.servers.words import Where

WHERE = Where(place=HERE)


def test_patterns_stand_for_files_of_one_directory():
    vantage = Paper({"/p/a.conf": "", "/p/b.conf": "", "/p/c.txt": "", "/p/d/e.conf": ""})
    assert asyncio.run(matching(vantage, WHERE, "/p/*.conf")) == ("/p/a.conf", "/p/b.conf")
    assert asyncio.run(matching(vantage, WHERE, "/q/*.conf")) == ()
    assert asyncio.run(matching(vantage, WHERE, "/p/c.txt")) == ("/p/c.txt",)


def test_includes_end():
    vantage = Paper({"/a.conf": "include=/a.conf\ninclude=/b.conf\n", "/b.conf": "include=/a.conf\n"})
    texts = asyncio.run(configuration(PHP_FPM, ("--fpm-config", "/a.conf"), WHERE, vantage, None))
    assert [each.path for each in texts] == ["/a.conf", "/b.conf"]
