"""The scheduler of a Dask cluster: which addresses are good enough, and whether all of it can run this why502."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from why502 import __version__
from why502.observations.frozen import frozen
from why502.scan.portion import ClusterError, version
from why502.vantage.blocks.extras import first_package, missing
from why502.vantage.blocks.opening import visible

EXTRA = "why502[cluster]"
PORT = 8786
CONNECTING = 15
PATIENCE = 60
"""Seconds that are waited for a scheduler to answer, and for a worker while there is none."""


@frozen
class Cluster:
    """Where the cluster is. The files (PEM) that are not given are those of Dask's configuration."""

    address: str
    ca_file: str | None = None
    cert: str | None = None
    key: str | None = None


def checked(address: str) -> str:
    """Return the address of a scheduler in full. Raises `ClusterError` for what is none, or is in the clear.

    No name is looked up: whoever answers for names decides what an address means by the time it is used.
    """
    shown = visible(address)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or PORT
    except ValueError:
        raise ClusterError(f"--cluster: {shown} is not an address like tls://scheduler.example:{PORT}") from None
    if (
        parts.scheme not in ("tcp", "tls")
        or not host
        or "@" in parts.netloc
        or parts.path + parts.query + parts.fragment
    ):
        raise ClusterError(f"--cluster: {shown} is not an address like tls://scheduler.example:{PORT}")
    if parts.scheme == "tcp" and not is_loopback(host):
        raise ClusterError(f"--cluster: {shown} would be reached in the clear; another host needs tls://")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this one by its literal address, or is called `localhost`."""
    if host.lower() == "localhost":
        return True
    try:
        number = ip_address(host)
    except ValueError:
        return False
    if isinstance(number, IPv6Address) and number.ipv4_mapped is not None:
        return number.ipv4_mapped.is_loopback
    return number.is_loopback


def package() -> Any:
    """Load Dask. Raises `MissingPackageError` with what to install."""
    found = first_package("distributed")
    if found is None:
        raise missing(EXTRA, "--cluster")
    return found


@contextmanager
def connected(address: str, cluster: Cluster) -> Iterator[Any]:
    """Connect to a scheduler that has workers, all with this why502; what is left undone at the end is cancelled."""
    distributed = package()
    try:
        security = _security(distributed, address, cluster)
        client = distributed.Client(
            address,
            security=security,
            timeout=CONNECTING,
            set_as_default=False,
            direct_to_workers=False,
            name="why502",
        )
    except ClusterError:
        raise
    except Exception as error:  # noqa: BLE001 - what Dask, tornado and OpenSSL raise
        raise ClusterError(f"{address}: cannot be connected to ({in_line(error)})") from None
    try:
        _same_version(client, address)
        yield client
    finally:
        # What nobody waits for any more is cancelled by this.
        with suppress(Exception):
            client.close(timeout=CONNECTING)


def _security(distributed: Any, address: str, cluster: Cluster) -> Any:
    if not address.startswith("tls://"):
        return None
    given = {"tls_ca_file": cluster.ca_file, "tls_client_cert": cluster.cert, "tls_client_key": cluster.key}
    made = distributed.Security(require_encryption=True, **{name: value for name, value in given.items() if value})
    if not made.tls_ca_file or not made.tls_client_cert:
        raise ClusterError(
            "--cluster: tls:// needs the cluster's CA and a certificate: --tls-ca-file, --tls-cert, --tls-key, or "
            "distributed.comm.tls in Dask's configuration"
        )
    return made


def _same_version(client: Any, address: str) -> None:
    """Refuse a cluster that has no workers, or whose why502 is another one."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise ClusterError(f"{address}: the scheduler has no workers") from None
    answers: dict[str, object] = client.run(version, on_error="return")
    answers["the scheduler"] = _answer(lambda: client.run_on_scheduler(version))
    for who, answer in answers.items():
        name = who if who == "the scheduler" else f"worker {who}"
        if isinstance(answer, BaseException):
            raise ClusterError(f"{address}: {name} has no why502 that can be used ({in_line(answer)})")
        if answer != __version__:
            raise ClusterError(f"{address}: {name} has why502 {answer}, this is {__version__}")


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - whatever the other side raised
        return error


def in_line(error: BaseException) -> str:
    """Put an error of another package in one line."""
    return visible(" ".join(str(error).split()))[:200] or type(error).__name__


@contextmanager
def silence() -> Iterator[None]:
    """Let these packages log and warn nothing: what matters is said in the report, or as the error."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in ("distributed", "tornado")]
    loggers = [each for each in map(logging.getLogger, names) if not each.disabled]
    for each in loggers:
        each.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for each in loggers:
            each.disabled = False
