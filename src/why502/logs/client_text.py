"""May a value's own bytes end it early? Whether a row of steps has one reading only, whatever clients write.

Products that escape nothing (Envoy's text, HAProxy's samples and captured cookies) can only be read where a surplus
delimiter makes the line unreadable, and never moves a later value.
"""

from collections.abc import Sequence

from why502.logs.plan import Blanks, Literal, Quote, Seek, Step, Take


def moved_by(steps: Sequence[Step], raw: int) -> Take | None:
    """Find a later value that could take what is too much when the raw one at `raw` ends early; `None`: none can.

    After a value that ends at a byte, the number of such bytes is fixed if no later value can hold one: a line with
    more does not fit. If no later value can hold a quote either, a literal with a quote is a wall, because then the
    raw text cannot have brought one.
    """
    value = steps[raw]
    if not isinstance(value, Take) or not value.stop or value.quote is Quote.BACKSLASH:
        return None
    later = steps[raw + 1 :]
    walls = not any(isinstance(step, Take) and can_hold(step, b'"') for step in later)
    for step in later:
        match step:
            case Take():
                if can_hold(step, value.stop):
                    return step
            case Literal():
                if walls and b'"' in step.text:
                    return None
            case Seek() | Blanks():
                return value
    return None


def can_hold(step: Take, byte: bytes) -> bool:
    """Tell whether a value can hold a byte, as far as its step goes."""
    if step.bare and byte in b' \t"':
        return False
    return step.quote is not Quote.NONE or step.stop != byte
