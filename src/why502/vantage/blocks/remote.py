"""Objects elsewhere, through fsspec: `s3://`, `gs://`, `az://`, `http(s)://`, `ssh://` (`sftp://`).

Objects in a store are read in parts, from many threads; over HTTP and SSH one stream is read. Over HTTP a name means
one object: no page is read for further addresses, and no answer leads to another host. A host that SSH does not know
is refused. What is passed in a URL to get in (user, password, signature) is never shown.
"""

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from why502.observations.frozen import frozen
from why502.vantage.blocks.ahead import Ahead
from why502.vantage.blocks.compressed import Decompressing
from why502.vantage.blocks.contract import InputError, RandomReader, Source, StreamReader
from why502.vantage.blocks.extras import first_package, missing
from why502.vantage.blocks.magic import HEAD, LONGEST_START, Codec, codec_of
from why502.vantage.blocks.opening import visible
from why502.vantage.blocks.rotated import rotation

STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})
WEB = frozenset({"http", "https"})
SHELLS = frozenset({"ssh", "sftp"})
EXTRA = "why502[remote]"
PIECE = 4 << 20
"""Bytes that are asked for at a time."""

CONNECTING = 30
READING = 60
"""Seconds until a connection, and between two pieces of an answer."""

Connect = Callable[[str], Any]
"""Makes the file system of fsspec that a URL is of."""


@frozen
class ObjectSource:
    """An object in a store, or what a web or SSH server gives. `url` may hold secrets, `name` does not."""

    url: str
    size: int | None = None
    codec: Codec | None = None
    seekable: bool = False
    mtime: float | None = None
    connect: Connect | None = None

    @property
    def name(self) -> str:
        return shown(self.url)

    def open(self) -> RandomReader | StreamReader:
        system = (self.connect or connected)(self.url)
        if self.seekable:
            return ObjectReader(system, _path(system, self.url), self.size or 0, self.name)
        raw = ObjectStream(_asked(self.name, lambda: _opened(system, self.url)), self.name)
        if self.codec is None:
            return Ahead(raw)
        return Ahead(Decompressing(raw, self.codec, self.name))


class ObjectReader(RandomReader):
    """Reads parts of an object; fsspec takes calls from many threads."""

    def __init__(self, system: Any, path: str, size: int, name: str) -> None:
        super().__init__()
        self.size = size
        self._system, self._path, self._name = system, path, name
        self._lock = threading.Lock()

    def read_into(self, buffer: memoryview, offset: int) -> int:
        wanted, done = min(len(buffer), self.size - offset), 0
        while done < wanted:
            start = offset + done
            end = min(start + PIECE, offset + wanted)
            try:
                piece = _asked(self._name, partial(self._part, start, end))
            except InputError as error:
                self._say(f"{error}; at byte {start}; the rest of this part is not read")
                break
            if len(piece) != end - start:
                self._say(f"{self._name}: was changed while it was read")
                break
            buffer[done : done + len(piece)] = piece
            done += len(piece)
        return max(done, 0)

    def close(self) -> None:
        """Nothing is held."""

    def _part(self, start: int, end: int) -> bytes:
        return bytes(self._system.cat_file(self._path, start=start, end=end))

    def _say(self, trouble: str) -> None:
        with self._lock:
            if trouble not in self.troubles:
                self.troubles.append(trouble)


class ObjectStream(StreamReader):
    """Reads a file object of fsspec from its beginning; where it breaks off, that is said."""

    def __init__(self, file: Any, name: str) -> None:
        super().__init__()
        self._file, self._name, self._stopped = file, name, False

    def read(self, most: int) -> bytes:
        if self._stopped:
            return b""
        try:
            return bytes(_asked(self._name, lambda: self._file.read(min(most, PIECE))))
        except InputError as error:
            self._stopped = True
            self.troubles.append(f"{error}; the rest is not read")
            return b""

    def stop(self) -> None:
        self._stopped = True

    def close(self) -> None:
        self._stopped = True
        with contextlib.suppress(Exception):
            self._file.close()


def find(url: str, connect: Connect | None = None) -> tuple[Source, ...]:
    """Find what a URL means: an object, all that match a pattern, or those directly in a folder of a store.

    Raises `InputError` where there is nothing, it is refused, or a package is missing.
    """
    name, scheme = shown(url), urlsplit(url).scheme.lower()
    if connect is None and scheme not in STORES | WEB | SHELLS:
        known = ", ".join(f"{each}://" for each in ("s3", "gs", "az", "http", "https", "ssh", "sftp"))
        raise InputError(f"{name}: not one of {known}")
    system = (connect or connected)(url)
    if scheme in WEB:
        return (_asked(name, lambda: _web(system, url)),)
    path = _path(system, url)
    infos: list[dict[str, Any]] = _asked(name, lambda: _listed(system, path))
    files = [each for each in infos if each.get("type") == "file" and each.get("size") != 0]
    if not files:
        raise InputError(f"{name}: no object there")
    files.sort(key=lambda each: (rotation(str(each["name"])).stem, rotation(str(each["name"])).order, each["name"]))
    sources = []
    for each in files:
        where = f"{scheme}://{urlsplit(url).netloc}/" if scheme in SHELLS else f"{scheme}://"
        address = where + str(each["name"]).lstrip("/")
        sources.append(_asked(shown(address), partial(_object, system, address, each, connect)))
    return tuple(sources)


def _listed(system: Any, path: str) -> list[dict[str, Any]]:
    if any(each in path for each in "*?["):
        return list(system.glob(path, detail=True).values())
    info = system.info(path)
    return list(system.ls(path, detail=True)) if info.get("type") == "directory" else [info]


def _object(system: Any, url: str, info: dict[str, Any], connect: Connect | None) -> ObjectSource:
    with system.open(str(info["name"]), "rb", block_size=HEAD) as file:
        codec = codec_of(bytes(file.read(LONGEST_START)))
    size = info.get("size") if codec is None else None
    changed = next((info[key] for key in ("LastModified", "last_modified", "mtime", "updated") if key in info), None)
    return ObjectSource(
        url=url,
        size=size,
        codec=codec,
        seekable=size is not None and urlsplit(url).scheme not in SHELLS,
        mtime=changed.timestamp() if isinstance(changed, datetime) else None,
        connect=connect,
    )


def _web(system: Any, url: str) -> ObjectSource:
    """Look at the beginning of what a web server gives; that it is there is known by then."""
    with _opened(system, url) as file:
        codec = codec_of(bytes(file.read(LONGEST_START)))
    return ObjectSource(url=url, codec=codec)


def _opened(system: Any, url: str) -> Any:
    if urlsplit(url).scheme.lower() in WEB:
        # One request, whether or not the server gives parts: asked for a part, one that does not would send all.
        return system.open(url, "rb", block_size=0, size=1)
    return system.open(_path(system, url), "rb", block_size=PIECE)


def _path(system: Any, url: str) -> str:
    return str(system._strip_protocol(url))


def _asked(name: str, ask: Callable[[], Any]) -> Any:
    """Ask, and put whatever a foreign package raises in one line without secrets."""
    try:
        return ask()
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: not there") from None
    except PermissionError:
        raise InputError(f"{name}: permission denied") from None
    except Exception as error:  # noqa: BLE001 - each file system raises its own
        raise InputError(f"{name}: {_words(error)}") from None


def _words(error: Exception) -> str:
    """Say what went wrong by its kind alone: the message may hold the URL with its secrets."""
    status = getattr(error, "status", None)
    number = getattr(error, "errno", None)
    if isinstance(status, int) and status:
        return f"answered {status}"
    if isinstance(error, OSError) and isinstance(number, int) and number and error.strerror:
        return visible(error.strerror.lower().partition("[")[0].strip())[:200]
    return f"cannot be read ({type(error).__name__})"


def connected(url: str) -> Any:
    """Make the file system of a URL. Raises `InputError`, or `MissingPackageError` with what to install."""
    name, scheme = shown(url), urlsplit(url).scheme.lower()
    fsspec: Any = first_package("fsspec")
    if fsspec is None:
        raise missing(EXTRA, f"{name}:")
    try:
        if scheme in WEB:
            return _web_system(fsspec)
        if scheme in SHELLS:
            return _ssh_system(url)
        return fsspec.filesystem(scheme)
    except InputError:
        raise
    except ImportError:
        raise missing(EXTRA, f"{name}:") from None
    except Exception as error:  # noqa: BLE001 - each file system raises its own
        raise InputError(f"{name}: {_words(error)}") from None


def _web_system(fsspec: Any) -> Any:
    aiohttp: Any = first_package("aiohttp")
    if aiohttp is None:
        raise ImportError
    # aiohttp's own limit is five minutes for the whole of an answer.
    limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECTING, sock_read=READING)
    watching = aiohttp.TraceConfig()
    watching.on_request_redirect.append(_redirected)
    return fsspec.filesystem("http", client_kwargs={"timeout": limits, "trust_env": True, "trace_configs": [watching]})


async def _redirected(_: object, __: object, met: Any) -> None:
    """Refuse to be sent to another host, or from TLS to none; only the user names what is connected to."""
    to = urlsplit(urljoin(str(met.url), met.response.headers.get("Location") or met.response.headers.get("URI") or ""))
    if to.hostname != met.url.host or to.scheme not in (met.url.scheme, "https"):
        raise InputError(f"{shown(str(met.url))}: leads to {shown(to.geturl())}; name that if it is to be read")


def _ssh_system(url: str) -> Any:
    paramiko: Any = first_package("paramiko")
    sftp: Any = first_package("fsspec.implementations.sftp")
    if paramiko is None or sftp is None:
        raise ImportError

    class Refusing(paramiko.MissingHostKeyPolicy):  # type: ignore[misc] # paramiko has no types
        """Says how a host becomes known; what it refuses is not connected to."""

        def missing_host_key(self, *_: object) -> None:
            raise InputError(f"{shown(url)}: the host's key is not among the known ones; connect by ssh once")

    class Known(sftp.SFTPFileSystem):  # type: ignore[misc] # fsspec has no types
        """Connects only to a host whose key is known; fsspec would take any."""

        cachable = False

        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys()
            self.client.set_missing_host_key_policy(Refusing())
            self.client.connect(self.host, timeout=CONNECTING, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()

    parts = urlsplit(url)
    given = {"port": parts.port, "username": parts.username, "password": parts.password}
    return Known(parts.hostname or "", **{key: value for key, value in given.items() if value is not None})


def shown(url: str) -> str:
    """Return a URL without user, password and query (a signature may stand there)."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return visible(url.partition("://")[0] + "://…")
    bare = urlunsplit((parts.scheme, place, parts.path, "", ""))
    return visible(bare + ("?…" if parts.query else ""))
