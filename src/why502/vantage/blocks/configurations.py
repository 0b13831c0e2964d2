"""Where gateways keep their configuration as it is packaged: what says how this host's own logs are written."""

import glob
import os
from collections.abc import Iterator, Sequence

from why502.vantage.blocks.contract import InputError
from why502.vantage.blocks.opening import opened

PLACES = (
    "/etc/nginx/nginx.conf",
    "/etc/nginx/conf.d/*.conf",
    "/etc/nginx/sites-enabled/*",
    "/etc/haproxy/haproxy.cfg",
    "/etc/apache2/apache2.conf",
    "/etc/apache2/conf-enabled/*.conf",
    "/etc/apache2/sites-enabled/*.conf",
    "/etc/httpd/conf/httpd.conf",
    "/etc/httpd/conf.d/*.conf",
    "/etc/squid/squid.conf",
    "/etc/lighttpd/lighttpd.conf",
)
"""Debian, Red Hat and nginx.org."""

LOGS = "/var/log/"
"""Logs of this host lie below."""

MOST_FILES = 200
MOST_BYTES = 1 << 20


def usual(places: Sequence[str] = PLACES) -> Iterator[bytes]:
    """Read the configurations that are there and may be read, each up to 1 MiB."""
    paths = [path for place in places for path in sorted(glob.glob(place))]
    for path in paths[:MOST_FILES]:
        try:
            number, _ = opened(path)
        except InputError:
            continue
        try:
            yield os.pread(number, MOST_BYTES, 0)
        except OSError:
            continue
        finally:
            os.close(number)
