import pytest

from why502.diagnosis.options import Options, TargetError
from why502.survey.budget import Policy


def test_defaults_are_those_that_the_interface_names() -> None:
    options = Options()
    assert (options.since, options.deadline, options.tries, options.method) == (900.0, 15.0, 3, "GET")
    assert options.policy == Policy()
    assert not options.repeat_unsafe
    assert options.mark


def test_a_target_that_cannot_be_understood_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="what is wrong"):
        raise TargetError("what is wrong")
