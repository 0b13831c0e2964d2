import bz2
import pickle
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vantage.blocks.packing import Given
from why502.vantage.blocks.contract import RandomReader, StreamReader, pieces
from why502.vantage.blocks.naming import find


@given(content=st.binary(max_size=600), block=st.integers(1, 700), packed=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_the_blocks_of_a_source_are_its_content_whatever_their_size(
    tmp_path: Path, content: bytes, block: int, packed: bool
) -> None:
    path = tmp_path / "log"
    path.write_bytes(bz2.compress(content) if packed else b"x" + content)
    (source,) = find([str(path)]).sources
    with source.open() as reader:
        read = list(pieces(reader, block))
    assert b"".join(read) == (content if packed else b"x" + content)
    assert all(0 < len(each) <= block for each in read)
    assert reader.troubles == []


def test_a_source_goes_to_another_process_and_is_opened_there(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"one\n")
    (tmp_path / "packed").write_bytes(bz2.compress(b"two\n"))
    found = find([str(tmp_path / "plain"), str(tmp_path / "packed")])
    sources = pickle.loads(pickle.dumps(found)).sources
    assert sources == found.sources
    assert [source.seekable for source in sources] == [True, False]
    assert [source.size for source in sources] == [4, None]
    readers = [source.open() for source in sources]
    assert isinstance(readers[0], RandomReader)
    assert isinstance(readers[1], StreamReader)
    for reader, content in zip(readers, (b"one\n", b"two\n"), strict=True):
        with reader:
            assert b"".join(pieces(reader)) == content


def test_a_reader_that_is_left_is_closed() -> None:
    given_reader = Given(b"x")
    with given_reader as reader:
        assert list(pieces(reader)) == [b"x"]
    assert given_reader.closed
