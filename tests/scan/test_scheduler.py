"""Which addresses are good enough, and a cluster that speaks TLS alone."""

from pathlib import Path

import pytest
import trustme

from tests.scan.clusters import scheduler
from tests.scan.test_cluster import ACCESS, access, jobs_of, same
from why502.scan import scheduler as schedulers
from why502.scan.cluster import run
from why502.scan.driver import scan
from why502.scan.portion import ClusterError, fastest
from why502.scan.scheduler import Cluster, checked, is_loopback
from why502.vantage.blocks.contract import MissingPackageError


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("tcp://127.8.9.1:1", "tcp://127.8.9.1:1"),
        ("tcp://localhost", "tcp://localhost:8786"),
        ("tcp://[::1]:9", "tcp://[::1]:9"),
        ("tcp://[::ffff:127.0.0.1]:9", "tcp://[::ffff:127.0.0.1]:9"),
        ("tls://scheduler.example", "tls://scheduler.example:8786"),
        ("tls://192.0.2.1:77", "tls://192.0.2.1:77"),
    ],
)
def test_addresses_that_are_good_enough(given: str, full: str) -> None:
    assert checked(given) == full


@pytest.mark.parametrize(
    "host",
    ["scheduler.example", "192.0.2.1", "10.0.0.1", "[2001:db8::1]", "[::ffff:192.0.2.1]", "0.0.0.0", "127.1",
     "0x7f000001", "2130706433", "localhost.example", "127.0.0.1.example", "[::]"],
)  # fmt: skip
def test_another_host_is_not_reached_in_the_clear(host: str) -> None:
    with pytest.raises(
        ClusterError, match=r"^--cluster: [^\n]* would be reached in the clear; another host needs tls://$"
    ):
        checked(f"tcp://{host}:8786")


@pytest.mark.parametrize(
    "given",
    ["", "scheduler:8786", "127.0.0.1", "http://127.0.0.1:1", "tcp://", "tcp://:8786", "tcp://a@127.0.0.1", "tcp://127.0.0.1/x",
     "tcp://127.0.0.1:port", "tcp://127.0.0.1:70000", "tcp://[::1", "tcp://127.0.0.1?x", "inproc://x", "ws://127.0.0.1:1",
     "tcp://127.0.0.1#x", "a\nb"],
)  # fmt: skip
def test_what_is_no_address_is_one_line(given: str) -> None:
    with pytest.raises(ClusterError, match=r"^--cluster: [^\n]* is not an address like tls://scheduler\.example:8786$"):
        checked(given)


def test_names_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def looked_up(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    assert not is_loopback("scheduler.example")
    assert is_loopback("LOCALHOST")


def test_without_dask_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedulers, "first_package", lambda *_: None)
    with pytest.raises(MissingPackageError, match=r"--cluster needs a package .*'why502\[cluster\]'$"):
        run([], Cluster(address="tcp://127.0.0.1:1"))


def test_tls_without_certificates_is_one_line() -> None:
    with pytest.raises(ClusterError, match=r"^--cluster: tls:// needs the cluster's CA [^\n]*$"):
        run([], Cluster(address="tls://127.0.0.1:1"))


def test_a_file_of_tls_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "ca.pem")
    with pytest.raises(
        ClusterError, match=r"^tls://127\.0\.0\.1:1: cannot be connected to \([^\n]*No such file[^\n]*$"
    ):
        run([], Cluster(address="tls://127.0.0.1:1", ca_file=missing, cert=missing, key=missing))


def test_over_tls_it_is_the_same(tmp_path: Path) -> None:
    ours, other = trustme.CA(), trustme.CA()
    paths = {name: tmp_path / f"{name}.pem" for name in ("ca", "other", "cert", "key")}
    ours.cert_pem.write_to_path(str(paths["ca"]))
    other.cert_pem.write_to_path(str(paths["other"]))
    leaf = ours.issue_cert("127.0.0.1")
    leaf.cert_chain_pems[0].write_to_path(str(paths["cert"]))
    leaf.private_key_pem.write_to_path(str(paths["key"]))
    (tmp_path / "access.log").write_bytes(access(500, "one"))
    jobs = jobs_of(tmp_path / "access.log", reading=ACCESS)
    options = ("--protocol", "tls", "--tls-ca-file", str(paths["ca"]), "--tls-cert", str(paths["cert"]), "--tls-key",
               str(paths["key"]))  # fmt: skip
    with scheduler(tmp_path, *options) as made:
        assert made.address.startswith("tls://127.0.0.1:")
        made.workers("one")
        there = run(
            jobs,
            Cluster(address=made.address, ca_file=str(paths["ca"]), cert=str(paths["cert"]), key=str(paths["key"])),
            chunk=1 << 14,
        )
        with pytest.raises(ClusterError, match=r"^tls://[^\n]*: cannot be connected to [^\n]*$"):
            run(
                jobs,
                Cluster(
                    address=made.address, ca_file=str(paths["other"]), cert=str(paths["cert"]), key=str(paths["key"])
                ),
            )
    assert same(there, scan(jobs, fastest), jobs)
