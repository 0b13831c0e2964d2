"""Numbers that the kernel and stored tallies rely on; what plans mean is tested with `reading`."""

import pickle

from why502.logs.formats import caddy, nginx_combined
from why502.logs.plan import MOST_KEYS, MOST_STEPS, WORDS, Kind, Plan, Quote, Role, Shape, Take, Unit
from why502.logs.recognition import known_formats
from why502.scan.program import compile_program


def test_the_numbers_are_those_of_the_kernel() -> None:
    assert [each.value for each in Role] == list(range(17))
    assert [Role.TIME, Role.STATUS, Role.REQUEST, Role.CLIENT, Role.UPSTREAM, Role.KEY] == [1, 3, 4, 7, 8, 16]
    assert [each.value for each in Quote] == [0, 1, 2, 3]
    assert [each.value for each in Unit] == [0, 1, 2, 3]
    assert (Shape.ROW, Shape.JSON, Shape.LOGFMT) == (0, 1, 2)
    assert (Kind.REQUEST, Kind.MESSAGE, Kind.OTHER) == (0, 1, 2)
    assert [each.name[-1] for each in WORDS] == list("ABCD")


def test_a_needed_role_is_one_bit() -> None:
    assert max(Role) < 32


def test_plans_can_be_sent_and_compared() -> None:
    """Workers get them pickled; equal plans are one."""
    for plan in (*nginx_combined.PLANS, *caddy.FORMAT.plans(tuple(each.line for each in caddy.EXAMPLES))):
        again = pickle.loads(pickle.dumps(plan))
        assert again == plan
        assert compile_program([again]) == compile_program([plan])
        assert len({again, plan}) == 1


def test_every_plan_on_the_shelf_keeps_to_the_bounds() -> None:
    for form in known_formats():
        for plan in form.plans(tuple(each.line for each in form.examples)):
            assert len(plan.steps) <= MOST_STEPS
            assert len(plan.keys) <= MOST_KEYS
            assert not plan.steps if plan.shape is not Shape.ROW else not plan.keys
            for step in plan.steps:
                if isinstance(step, Take) and step.quote is not Quote.NONE:
                    assert len(step.stop) == 1
                if isinstance(step, Take) and step.quote is Quote.LISTED:
                    assert step.stop == b" "


def test_a_line_must_have_a_time_unless_said_otherwise() -> None:
    assert Plan(name="x").needs == {Role.TIME}
