import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.observations.frozen import frozen


@frozen
class Pair:
    left: int
    right: str = ""


@frozen
class Other:
    left: int
    right: str = ""


@frozen
class One:
    only: tuple[int, ...]


@frozen
class Deeper(Pair):
    below: float = 0.0


@frozen
class Nothing:
    pass


@frozen
class Named:
    name: str

    def __repr__(self) -> str:
        return f"<{self.name}>"


@given(st.integers(), st.text(), st.integers(), st.text())
def test_records_are_equal_where_their_fields_are(a: int, b: str, c: int, d: str) -> None:
    assert (Pair(left=a, right=b) == Pair(left=c, right=d)) is ((a, b) == (c, d))
    assert hash(Pair(left=a, right=b)) == hash(Pair(left=a, right=b))


def test_records_of_two_classes_are_never_equal() -> None:
    assert Pair(left=1) != Other(left=1)
    assert Pair(left=1) != Deeper(left=1)
    assert Pair(left=1) != (1, "")
    assert One(only=(1,)) != (1,)
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing(), Pair(left=1), Pair(left=1), One(only=(1,))}) == 3


def test_a_record_cannot_be_changed() -> None:
    record = Deeper(left=1)
    with pytest.raises(FrozenInstanceError):
        record.left = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del record.left
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        record.unknown = 1  # type: ignore[attr-defined]
    assert not hasattr(record, "__dict__")


def test_a_record_is_made_by_keyword_and_shows_its_fields() -> None:
    with pytest.raises(TypeError):
        Pair(1, "x")  # type: ignore[call-arg, misc]
    assert repr(Deeper(left=1, right="x", below=2.0)) == "Deeper(left=1, right='x', below=2.0)"
    assert repr(Nothing()) == "Nothing()"
    assert repr(Named(name="x")) == "<x>"
    assert [each.name for each in fields(Deeper)] == ["left", "right", "below"]  # type: ignore[arg-type]


def test_a_record_is_copied_and_pickled() -> None:
    record = Deeper(left=1, right="x", below=2.0)
    assert replace(record, left=2) == Deeper(left=2, right="x", below=2.0)
    assert copy.deepcopy(record) == record
    assert pickle.loads(pickle.dumps(record)) == record
