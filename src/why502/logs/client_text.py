"""May a value's own bytes end it early? Whether a row of steps has one reading only, whatever clients write.

Products that escape nothing (Envoy's text, HAProxy's samples and captured cookies) can only be read where a surplus
delimiter makes the line unreadable, and never moves a later value.
"""

from collections.abc import Sequence

from why502.logs.plan import Blanks, Literal, Quote, Role, Seek, Step, Take


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


def settled(steps: Sequence[Step], raw: Sequence[int]) -> list[Step]:
    """Read nothing behind a raw value (of those at `raw`, ascending) that could move a later one, or that is no use.

    The first raw value need not be read if nothing behind it has a role; a later one must be, because that every line
    has its number of delimiters is what makes the values before it certain.
    """
    for at in raw:
        useless = at == raw[0] and not any(isinstance(step, Take) and step.role is not Role.NONE for step in steps[at:])
        if useless or moved_by(steps, at) is not None:
            return [*steps[:at], Take(role=Role.NONE)]
    return list(steps)


def can_hold(step: Take, byte: bytes) -> bool:
    """Tell whether a value can hold a byte, as far as its step goes."""
    if step.bare and byte in b' \t"':
        return False
    return step.quote is not Quote.NONE or step.stop != byte
