"""Random nginx configurations whose every end tells which it was, and random requests for them."""

from pathlib import Path
from random import Random

HOSTS = (
    "a.test",
    "A.Test:8080",
    "www.a.test",
    "x.y.a.test",
    "a.test.",
    "b.test",
    "www.b.test",
    "a.example",
    "www.example",
    "one.c.test",
    "one.two.c.test",
    "unknown",
    "a.b.test",
    "127.0.0.1",
)
NAMES = (
    "a.test",
    "b.test",
    "www.a.test",
    "*.a.test",
    ".a.test",
    "*.b.test",
    ".b.test",
    "*.y.a.test",
    "a.*",
    "www.*",
    "www.a.*",
    "~^(?<sub>.+)\\.c\\.test$",
    "~^(?P<sub>\\w+)\\.(\\w+)",
    "~^W",
    "~^w",
    '""',
    "_",
)
PATHS = (
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/b/",
    "/a/b/c",
    "//a//b",
    "/a/../b",
    "/a/./b/",
    "/b/..",
    "/..",
    "/A",
    "/a.php",
    "/A.PHP",
    "/a/b.php",
    "/a%20b",
    "/a%2fb",
    "/a/%2e%2e/b",
    "/a+b/c",
    "/a%3fb",
    "/%zz",
    "/app",
    "/app/a/b",
    "/x.html",
    "/missing.html",
    "/a/b.txt",
    "/a/c",
    "/a/c/",
    "/index.html",
    "/a%26b/c",
)
QUERIES = ("", "", "", "?", "?x=1", "?x=2&y=%20z", "?y=1&X=1", "?next=/a?b", "?k#frag")
PREFIXES = ("/", "/a", "/a/", "/a/b", "/a/b/", "/app", "/A", "/a.php", '"/a b"', "/b", "/x.html", "/f/", "/i")
PATTERNS = (
    "\\.php$",
    "^/a/",
    "^/(\\w+)/(\\w+)$",
    "b",
    "^/a/(?<rest>.*)$",
    "/$",
    "^/$",
    "^/(a|app)",
    "(?i)^/A",
    '"^/[a-c]{1,3}/"',
    "[[:upper:]]",
    "\\.(html|txt)$",
)
REWRITES = (
    "^/a/(.*)$ /b/$1",
    "^/b(.*)$ /app$1?n=$arg_x",
    "^(.*)\\.php$ $1/",
    "^/(\\w+)/(\\w+)$ /$2/$1?",
    "b /f/$uri",
    "^/app /a/b?k=1&v=$v",
    "^/x /x.html",
    "^/ /$m",
    "/(.*)/(.*) /a/$2?q=$1",
    "^/A /a",
    "nomatch /never",
    "^/a.b$ /with%20escape",
)
CONDITIONS = (
    "$request_method = POST",
    "$request_method != GET",
    "$host ~ ^www",
    "$host ~* ^WWW\\.(.*)$",
    "$http_x_test",
    "$http_x_test = 1",
    '$http_x_test = "two"',
    "$arg_x = 1",
    '$uri ~ "^/a/(.*)$"',
    "$uri !~ b",
    "$cookie_k",
    "$args ~* Y",
    "$m",
    '$m = "r-b"',
    "$h !~* A",
    "-f $document_root$uri",
    "!-e $request_filename",
    "-d $request_filename",
    "$v",
    "$scheme = http",
    '$server_name = ""',
    "$rest",
    "$is_args",
)
SETS = ("$v", "$1", '"x$1-$args"', "$uri", '"$v+"', "$m", "$sub", "0", "$h$rest", '"${v}y"', "$request_uri")


class Generator:
    """Makes one configuration after the other. Each listens on its own unix socket, all end at one echo."""

    def __init__(self, random: Random, home: Path) -> None:
        self.random = random
        self.home = home
        self.count = 0
        self.ends = 0

    def shared(self) -> str:
        """What all configurations of one nginx have in common."""
        return f"""
            upstream echo {{ server unix:{self.home}/echo.sock; }}
            server {{ listen unix:{self.home}/echo.sock;
                merge_slashes off;
                location / {{ return 200 "$http_x_id|$http_x_v|$http_host|$request_uri"; }}
            }}
            map $uri $m {{ default d; /a ma; \\default never; ~^/a/(?<mr>.*)$ "r-$mr"; ~*PHP 0; /c "$args"; /b ""; }}
            map $host $h {{ hostnames; default x; .a.test aa; *.b.test bb; www.* w; ~^one\\.(.*)$ $1; }}
            root {self.home}/www;
        """

    def configuration(self) -> tuple[str, str]:
        """Return the servers of one configuration, and its socket."""
        self.count += 1
        path = f"unix:{self.home}/{self.count}.sock"
        servers = self.random.randint(1, 4)
        default = self.random.randrange(servers * 2)
        return "\n".join(self._server(path, number == default) for number in range(servers)), path

    def request(self) -> tuple[str, str | None, str, tuple[tuple[str, str], ...]]:
        """Return method, Host, path and other headers."""
        pick = self.random
        headers = []
        if pick.random() < 0.3:
            headers.append(("X-Test", pick.choice(("0", "1", "two"))))
        if pick.random() < 0.2:
            headers.append(("Cookie", pick.choice(("a=b; k=v", "k=0", "kk=1"))))
        host = None if pick.random() < 0.05 else pick.choice(HOSTS)
        method = pick.choice(("GET", "GET", "GET", "POST", "PUT"))
        return method, host, pick.choice(PATHS) + pick.choice(QUERIES), tuple(headers)

    def _server(self, path: str, default: bool) -> str:
        pick = self.random
        names = pick.sample(NAMES, pick.randint(0, 3))
        body = [f"listen {path}{' default_server' if default else ''};"]
        if names:
            body.append(f"server_name {' '.join(names)};")
        if pick.random() < 0.2:
            body.append("merge_slashes off;")
        if pick.random() < 0.3:
            body.append("set $v s; set $grp echo;")
        else:
            body.append("set $grp echo;")
        if pick.random() < 0.3:
            body += self._codes(pick.randint(1, 2), False, 1)
        if pick.random() < 0.4:
            body.append(self._error_page())
        if pick.random() < 0.1:
            body.append("recursive_error_pages on;")
        body += self._locations("", 0)
        if pick.random() < 0.15:
            body.append(self._pattern_escape())
        for name in ("@one", "@two"):
            body.append(f"location {name} {{ {' '.join(self._body(pattern=True, prefix='', depth=9))} }}")
        return "server {\n    " + "\n    ".join(body) + "\n}"

    def _pattern_escape(self) -> str:
        return f"location ~ ^/i/(?<rest>[^/]+)\\.x$ {{ {self._end(True, '')} }}"

    def _locations(self, prefix: str, depth: int) -> list[str]:
        pick = self.random
        made: dict[str, str] = {}
        for _ in range(pick.randint(1, 7) if depth == 0 else pick.randint(0, 2)):
            modifier = pick.choice(("", "", "", "=", "^~", "~", "~*"))
            pattern = modifier in ("~", "~*")
            name = pick.choice(PATTERNS if pattern else PREFIXES)
            if not pattern and not name.strip('"').startswith(prefix):
                continue
            key = f"{'' if modifier == '^~' else modifier} {name}"
            if key in made:
                continue
            inner = self._body(pattern=pattern, prefix=name.strip('"'), depth=depth + (9 if modifier == "=" else 0))
            glue = "" if modifier in ("=", "^~") and pick.random() < 0.2 and '"' not in name else " "
            made[key] = f"location {modifier}{glue}{name} {{ {' '.join(inner)} }}"
        return list(made.values())

    def _body(self, *, pattern: bool, prefix: str, depth: int) -> list[str]:
        pick = self.random
        body = []
        if pick.random() < 0.35:
            body += self._codes(pick.randint(1, 3), True, 1)
        if pick.random() < 0.25:
            body.append(self._try_files())
        if pick.random() < 0.15:
            body.append("internal;")
        if pick.random() < 0.2:
            body.append(self._error_page())
        if pick.random() < 0.1:
            limit = f"{{ {self._bare_pass() if pick.random() < 0.5 else ''} }}"
            body.append(f"limit_except {pick.choice(('GET', 'POST', 'GET POST'))} {limit}")
        if not pattern and depth < 9 and prefix.startswith("/a") and pick.random() < 0.1:
            body.append(f"alias {self.home}/www/a;")
        if pick.random() < 0.1:
            body.append("index index.html a.php /x.html;")
        if depth < 2 and pick.random() < 0.3:
            body += self._locations("?" if pattern else prefix, depth + 1)
        if pick.random() < 0.85:
            body.append(self._end(pattern, prefix))
        return body

    def _end(self, pattern: bool, prefix: str) -> str:
        return self._return() if self.random.random() < 0.25 else self._pass(pattern, prefix)

    def _return(self) -> str:
        self.ends += 1
        return self.random.choice(
            (
                f'return 200 "R:{self.ends}";',
                f'return {210 + self.ends % 80} "R:{self.ends}";',
                f'return 403 "R:{self.ends}";',
                "return 404;",
                "return 403;",
                "return 444;",
                "return 302 /elsewhere;",
                "return http://elsewhere.test/$uri;",
            )
        )

    def _pass(self, pattern: bool, prefix: str) -> str:
        self.ends += 1
        sock = f"unix:{self.home}/echo.sock"
        plain = ["http://echo", f"http://{sock}", "http://$grp", "http://$grp$request_uri", f"http://{sock}:$uri"]
        if not pattern:
            plain += ["http://echo/", "http://Echo/p", f"http://{sock}:/q/", "http://echo/x?y=1"]
        headers = f'proxy_set_header X-Id {self.ends}; proxy_set_header X-V "$v";'
        if self.random.random() < 0.3:
            headers += " proxy_set_header Host $host;"
        return f"{headers} proxy_pass {self.random.choice(plain)};"

    def _bare_pass(self) -> str:
        """Pass on where no header may be set."""
        self.ends += 1
        if self.random.random() < 0.3:
            return f"proxy_pass http://unix:{self.home}/echo.sock;"
        return f"proxy_pass http://$grp/end{self.ends}{self.random.choice(('$uri', '$request_uri', ''))};"

    def _codes(self, count: int, in_location: bool, depth: int) -> list[str]:
        pick = self.random
        codes = []
        for _ in range(count):
            match pick.randrange(4):
                case 0:
                    flag = pick.choice(("", "", " last", " break", " redirect", " permanent"))
                    codes.append(f"rewrite {pick.choice(REWRITES)}{flag};")
                case 1:
                    codes.append(f"set $v {pick.choice(SETS)};")
                case 2 if depth > 0:
                    codes.append(self._if(in_location, depth))
                case 3 if pick.random() < 0.15:
                    codes.append("break;")
        return codes

    def _if(self, in_location: bool, depth: int) -> str:
        pick = self.random
        inner = self._codes(pick.randint(0, 2), in_location, depth - 1)
        if pick.random() < 0.25:
            inner.append(self._return())
        elif in_location and pick.random() < 0.4:
            inner.append(self._bare_pass())
        condition = pick.choice(CONDITIONS)
        around = pick.choice((f"({condition})", f"( {condition} )"))
        return f"if {around} {{ {' '.join(inner)} }}"

    def _try_files(self) -> str:
        pick = self.random
        tests = pick.sample(("$uri", "$uri/", "$uri.html", "/x.html", "/a/b.txt", "/none", "$v"), pick.randint(1, 3))
        last = pick.choice(("@one", "@two", "=404", "=403", "/a.php?$args", "/b$uri", "/i/x"))
        return f"try_files {' '.join(tests)} {last};"

    def _error_page(self) -> str:
        pick = self.random
        codes = pick.choice(("404", "403 404", "500", "404 500 405", "301 302", "400"))
        change = pick.choice(("", "", " =", " =200"))
        target = pick.choice(("@one", "@two", "/a.php", "/x.html?e=1", "/e$uri", "/missing"))
        return f"error_page {codes}{change} {target};"
