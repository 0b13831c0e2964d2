"""Bundles: what is written is read, and whatever else is read is refused in one line."""

import gzip
import json
import os
import stat
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantage.running import awaited
from tests.vantage.test_recording import AT, CANARY, HERE, LOGIN, Script, connected, refusal, wired
from tests.vantages import NOW, Paper
from why502.observations.place import Place
from why502.observations.probes import Certificate, Met
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.want import As, Protocols, TlsAs, User, Why
from why502.vantage import bundle as bundles
from why502.vantage.base import No, Raw, ReadOnly, Refusal, Resolved, TlsMet, TlsRefusal
from why502.vantage.bundle import FORMAT, Bundle, BundleError, Header, Origin, read, save, write
from why502.vantage.recorded import (
    Ask,
    Connect,
    Covers,
    Exchange,
    Given,
    Link,
    List,
    Now,
    Read,
    Record,
    Resolve,
    Run,
    Stat,
    Token,
)
from why502.vantage.recording import Recording

HEADER = Header(
    format=FORMAT,
    tool="0",
    started=NOW,
    target={"url": "http://shop.example.com/"},
    options={"deadline": 10, "header": ["A: b"]},
    python="3.11",
    system="linux",
    vantage=Origin(name="local", kind="local", privileged=True, here=HERE, unlock="sudo"),
)
REFUSED = Refusal(no=No.FAILED, at=AT, text="Connection refused", errno=111, met=Met.REFUSED)
CERTIFICATE = Certificate(
    subject="CN=a", issuer="CN=a", names=("a",), not_before=NOW, not_after=NOW, fingerprint="00", self_signed=True
)
HOW = As(protocol=Protocols.HTTP, tls=TlsAs(server_name="a", alpn=("h2",)), user=User(uid=33, gid=33, groups=(4,)))
EVERYTHING: list[tuple[Ask, Given]] = [
    (Now(), NOW),
    (Token(), "abc"),
    (Covers(place=HERE), None),
    (Covers(place=Place(host="b")), Why.NO_VANTAGE),
    (
        Read(place=HERE, path="/a", most=9, tail=True, reader=HOW.user),
        Raw(data=b"a\xff\0", at=AT, source="/a", cut=True),
    ),
    (Read(place=HERE, path="/b", most=9), Raw(data=b"text\n", at=AT, source="/b", size=5, changed=NOW)),
    (List(place=HERE, path="/a"), ("b", "c\udcff")),
    (List(place=HERE, path="/b"), ()),
    (Stat(place=HERE, path="/a"), REFUSED),
    (Link(place=HERE, path="/a"), "/b"),
    (Run.of(HERE, ReadOnly.UNIT, ("a.service",)), Raw(data=b"", at=AT, source="systemctl", status=1)),
    (
        Resolve(place=HERE, name="a", server="10.0.0.1"),
        Resolved(addresses=("10.0.0.2",), code="NOERROR", at=AT, seconds=0.1),
    ),
    (
        Connect(to=Endpoint(place=HERE, address="::1", port=1), how=HOW),
        Exchange(
            seconds=0.1,
            local="[::1]:2",
            tls=TlsMet(version="TLSv1.3", alpn=None, chain=(CERTIFICATE,), verified=""),
            received=(b"a\0", b"text", REFUSED, b""),
            sent=(None, REFUSED),
        ),
    ),
    (
        Connect(to=SocketPath(place=HERE, path="/run/a"), how=As()),
        TlsRefusal(no=No.FAILED, at=AT, met=Met.CONNECTED, handshake="alert", first=b"HTTP", chain=(CERTIFICATE,)),
    ),
]
WHOLE = Bundle(
    header=HEADER,
    records=tuple(Record(ask=ask, given=given, after=0.5) for ask, given in EVERYTHING),
    cut=False,
)


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


def packed(path: Path, *lines: bytes) -> Path:
    path.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)))
    return path


def wrong(path: Path) -> str:
    with pytest.raises(BundleError) as caught:
        read(path)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 300
    return said


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    write(tmp_path / "whole", WHOLE)
    return tmp_path / "whole"


def test_all_that_a_vantage_gives_is_read_as_it_was_written(whole: Path) -> None:
    assert read(whole) == WHOLE


def test_it_is_for_its_owner_only_and_stands_alone(whole: Path) -> None:
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600
    assert os.listdir(whole.parent) == ["whole"]


def test_the_same_recording_gives_the_same_bytes(whole: Path) -> None:
    write(whole.with_name("again"), WHOLE)
    assert whole.read_bytes() == whole.with_name("again").read_bytes()


def test_a_file_that_stands_there_is_replaced(whole: Path) -> None:
    whole.write_text("old")
    write(whole, WHOLE)
    assert read(whole) == WHOLE


def test_a_link_that_stands_there_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    for target in ("mine", "nothing"):
        link = tmp_path / f"to-{target}"
        link.symlink_to(tmp_path / target)
        with pytest.raises(FileExistsError, match="regular file"):
            write(link, WHOLE)
        assert link.is_symlink()
    assert (tmp_path / "mine").read_text() == "kept"
    assert not (tmp_path / "nothing").exists()


def test_a_device_is_not_put_aside(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b")
    with pytest.raises(FileExistsError, match="regular file"):
        write(tmp_path / "b", WHOLE)
    assert (tmp_path / "b").is_fifo()
    assert os.listdir(tmp_path) == ["b"]


def test_nothing_is_left_behind_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(OSError, match="regular file"):
        write(tmp_path / "b", WHOLE)
    with pytest.raises(NotADirectoryError):
        write(Path(__file__) / "b", WHOLE)
    assert os.listdir(tmp_path) == ["b"]


def test_plain_text_can_be_read_by_people(whole: Path) -> None:
    assert any(b'{"text":"text\\n"}' in line for line in lines_of(whole))


def test_another_format_is_named(tmp_path: Path) -> None:
    said = wrong(packed(tmp_path / "b", b'{"format":"why502/bundle/2"}'))
    assert "why502/bundle/2" in said
    assert FORMAT in said


def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"hello\n", b"\x1f\x8b", gzip.compress(b""), gzip.compress(b'{"a":1}\n'))):
        path = tmp_path / str(number)
        path.write_bytes(data)
        assert "is no bundle" in wrong(path)


def test_a_missing_file_a_directory_and_a_fifo_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "No such file" in wrong(tmp_path / "none")
    assert "directory" in wrong(tmp_path)
    assert "is no bundle" in wrong(tmp_path / "fifo")


def test_every_truncation_is_noticed(whole: Path) -> None:
    data = whole.read_bytes()
    for length in (*range(40), *range(40, len(data), 9), len(data) - 1):
        whole.write_bytes(data[:length])
        wrong(whole)


def test_lost_lines_are_noticed(whole: Path, tmp_path: Path) -> None:
    lines = lines_of(whole)
    assert "missing" in wrong(packed(tmp_path / "b", *lines[:-1]))
    assert "missing" in wrong(packed(tmp_path / "b", *lines[:3], *lines[4:]))
    assert "after the last" in wrong(packed(tmp_path / "b", *lines, lines[1]))


def test_a_bomb_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "UNPACKED_BYTES", 1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    (tmp_path / "b").write_bytes(b"".join(packer.compress(b"\n" * (1 << 20)) for _ in range(20)) + packer.flush())
    wrong(tmp_path / "b")
    (tmp_path / "b").write_bytes(gzip.compress(b'{"format":"' + b"a" * (2 << 20)))
    assert "MiB" in wrong(tmp_path / "b")
    monkeypatch.setattr(bundles, "LINE_BYTES", 1 << 19)
    assert "line" in wrong(tmp_path / "b")


@pytest.mark.parametrize("deep", [b'{"a":' * 50_000, b"[" * 100_000, b'{"format":' + b"[" * 500 + b"]" * 500 + b"}"])
def test_deep_nesting_is_refused(tmp_path: Path, deep: bytes) -> None:
    wrong(packed(tmp_path / "b", deep))


def test_options_nested_deeper_than_any_of_ours_are_refused(whole: Path, tmp_path: Path) -> None:
    header, *rest = lines_of(whole)
    value = json.loads(header)
    value["options"] = json.loads('{"a":' * 60 + "1" + "}" * 60)
    assert "options" in wrong(packed(tmp_path / "b", json.dumps(value).encode(), *rest))


def test_times_without_zone_and_answers_that_do_not_fit_are_refused(whole: Path, tmp_path: Path) -> None:
    lines = lines_of(whole)
    assert "without zone" in wrong(packed(tmp_path / "b", lines[0], lines[1].replace(b"+00:00", b"")))
    assert "line 2" in wrong(packed(tmp_path / "b", lines[0], lines[1].replace(b'"is":"Now"', b'"is":"Then"')))
    assert "line 2" in wrong(packed(tmp_path / "b", lines[0], lines[1].replace(b'"given":"', b'"given":[],"x":"')))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_bundle_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-bundle"
    for each in (data, gzip.compress(data), gzip.compress(b'{"format":"why502/bundle/1"' + data)):
        path.write_bytes(each)
        wrong(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_a_bundle_with_any_value_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed-bundle"
    write(path, WHOLE)
    lines = lines_of(path)
    at = data.draw(st.integers(0, len(lines) - 1))
    value = json.loads(lines[at])
    holder = value
    while True:
        key = data.draw(st.sampled_from(sorted(holder)))
        if isinstance(holder[key], dict) and holder[key] and data.draw(st.booleans()):
            holder = holder[key]
            continue
        holder[key] = data.draw(JSON)
        break
    lines[at] = json.dumps(value).encode()
    packed(path, *lines)
    with suppress(BundleError):
        assert isinstance(read(path), Bundle)


@awaited
async def test_canaries_in_every_kind_of_input_never_reach_the_file(tmp_path: Path) -> None:
    secret = {
        "/app/.env": f"DATABASE_URL=postgres://shop:{CANARY}@db/shop\nSECRET_KEY={CANARY}\n",
        "/log/access.log": f'1.2.3.4 - - "GET /a?token={CANARY} HTTP/1.1" 502\n',
        "/etc/nginx.conf": f'proxy_set_header Authorization "Bearer {CANARY}";\n',
        "/proc/9/cmdline": f"/app\0--db-password\0{CANARY}\0",
        "/proc/9/environ": f"HOME=/\0API_TOKEN={CANARY}\0",
    }
    paper = Paper(
        secret,
        links={"/l": f"/x?password={CANARY}"},
        runs={ReadOnly.UNIT: f"Environment=SECRET={CANARY}\n", ReadOnly.UNITS: refusal(No.FAILED, LOGIN)},
    )
    recording = Recording(paper)
    for path in secret:
        await recording.read(HERE, path, 4096)
        await recording.read(HERE, path, 40 + len(CANARY), tail=True)
    await recording.readlink(HERE, "/l")
    await recording.run(HERE, ReadOnly.UNIT, "a.service")
    await recording.run(HERE, ReadOnly.UNITS)
    header = f"Set-Cookie: session={CANARY}; Path=/\r\n".encode()
    for gives in ((header[:25], header[25:]), (header[:-2], refusal()), (header + b"\r\n" + LOGIN.encode(),)):
        streaming = wired(Script(*gives))
        streaming.redactor = recording.redactor
        stream = await connected(streaming, As(headers=(("Cookie", CANARY),), path=f"/?token={CANARY}"))
        await stream.send(CANARY.encode())
        while isinstance(piece := await stream.receive(0.01), bytes) and piece:
            pass
        save(tmp_path / "s", streaming, started=NOW, target=None, options={})
        assert CANARY not in repr(read(tmp_path / "s"))
    options = {"header": [f"Authorization: Bearer {CANARY}", f"Cookie: a={CANARY}"]}
    target = {"kind": "url", "value": f"https://u:{CANARY}@h/?token={CANARY}"}
    save(tmp_path / "b", recording, started=datetime.now(UTC), target=target, options=options)
    unpacked = gzip.decompress((tmp_path / "b").read_bytes())
    assert CANARY.encode() not in unpacked
    bundle = read(tmp_path / "b")
    assert CANARY not in repr(bundle)
    assert len(bundle.records) == 2 * len(secret) + 3
