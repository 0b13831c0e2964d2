"""Make an nginx configuration of 5,000 servers on 150,000 lines; print what reading it costs.

Run: python tools/bench_config.py [SERVERS]
"""

import sys
import time
import tracemalloc

from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.logplaces import Defaults
from why502.gateways.nginx.routing import decide
from why502.gateways.nginx.tree import Loading
from why502.gateways.nginx.variables import RequestFor

PATH = "/etc/nginx/nginx.conf"
LINES = 30


def server(number: int) -> str:
    """Write one server block of 30 lines."""
    headers = "\n".join(f"        proxy_set_header X-Header-{n} $http_x_header_{n};  # passed on" for n in range(12))
    return f"""server {{
    listen 80;
    listen 443 ssl;
    server_name host{number}.example.com *.host{number}.example.com;
    # tenant {number}
    access_log /var/log/nginx/host{number}.log;
    location / {{
{headers}
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:{3000 + number};
        proxy_read_timeout 30s;
    }}
    location ~ \\.php$ {{
        fastcgi_pass unix:/run/php/{number}.sock;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    }}
    root "/srv/www/host{number}";
}}

"""


def configuration(servers: int) -> bytes:
    """Write the whole file."""
    return ("events { }\nhttp {\n" + "".join(server(number) for number in range(servers)) + "}\n").encode()


def read(text: bytes) -> Index:
    """Tokenise and index."""
    loading = Loading(PATH)
    loading.give_file(PATH, text)
    return Index(loading.config())


def main() -> None:
    """Measure time first, then memory, which slows it down."""
    servers = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    text = configuration(servers)
    request = RequestFor(
        address="127.0.0.1",
        port=80,
        scheme="http",
        host=f"www.host{servers - 1}.example.com",
        path_and_query="/a/b?c=d",
        headers=(),
    )
    started = time.perf_counter()
    index = read(text)
    read_in = time.perf_counter()
    decision = decide(index, request, (1, 28, 0), Defaults(error_log="stderr", access_log="/var/log/access.log"))
    decided = time.perf_counter()
    del index
    tracemalloc.start()
    index = read(text)
    _, most = tracemalloc.get_traced_memory()
    print(f"{servers} servers, {index.config.lines} lines, {len(text) / 1e6:.1f} MB")
    print(f"tokenise and index {read_in - started:.3f} s, first decision {decided - read_in:.3f} s")
    print(f"memory at most {most / 1e6:.1f} MB; decided: {decision.written}")


if __name__ == "__main__":
    main()
