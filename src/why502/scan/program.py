"""Plans as the kernel reads them: fixed records, and the bytes they point into."""

import struct
from collections.abc import Sequence

from why502.logs.plan import Blanks, Key, Literal, Plan, Seek, Shape, Step, Take

_HEAD = struct.Struct("=3I")
_PLAN = struct.Struct("=4B6I")
_STEP = struct.Struct("=6BH2I2H")
_TAKE, _LITERAL, _SEEK, _BLANKS, _NAMED = range(5)
_PRESENT, _BARE, _STOPS, _EQUALS, _PORT = 1, 2, 4, 8, 16
_ATTEMPTS, _NAIVE_UTC = 1, 2
VERSION = 1
"""Of programs and of what is counted; `KERNEL_VERSION` in kernel.h is raised together with it."""

SEPARATOR = "\x1f"
"""Between the names of a path; JSON holds no such byte unescaped."""


class _Literals:
    def __init__(self) -> None:
        self.bytes = bytearray()

    def add(self, text: bytes) -> tuple[int, int]:
        self.bytes += text
        return len(self.bytes) - len(text), len(text)


def compile_program(plans: Sequence[Plan]) -> bytes:
    """Compile plans, tried in this order on every line, into a program of the kernel."""
    literals = _Literals()
    heads = bytearray()
    steps: list[bytes] = []
    for plan in plans:
        own: Sequence[Step | Key] = plan.steps if plan.shape is Shape.ROW else plan.keys
        flags = _ATTEMPTS * plan.attempts | _NAIVE_UTC * plan.naive_utc
        needs = sum(1 << role for role in plan.needs)
        heads += _PLAN.pack(plan.shape, plan.kind, flags, 0, 0, needs, len(steps), len(own), *literals.add(plan.start))
        steps += [_step(each, literals) for each in own]
    return _HEAD.pack(len(plans), len(steps), len(literals.bytes)) + heads + b"".join(steps) + literals.bytes


def _step(step: Step | Key, literals: _Literals) -> bytes:
    match step:
        case Take():
            flags = _PRESENT * step.present | _BARE * step.bare | _STOPS * bool(step.stop) | _PORT * step.port
            stop = step.stop[0] if step.stop else 0
            return _STEP.pack(_TAKE, step.role, stop, step.quote, flags, step.unit, 0, 0, 0, 0, 0)
        case Literal():
            place, size = literals.add(step.text)
            return _STEP.pack(_LITERAL, 0, 0, 0, 0, 0, size, place, 0, 0, 0)
        case Seek():
            place, size = literals.add(step.text)
            return _STEP.pack(_SEEK, 0, 0, 0, 0, 0, size, place, 0, 0, 0)
        case Blanks():
            return _STEP.pack(_BLANKS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        case Key():
            place, size = literals.add(SEPARATOR.join(step.path).encode())
            equals_place, equals_size = literals.add((step.equals or "").encode())
            flags = _PRESENT * step.present | _EQUALS * (step.equals is not None)
            deep = len(step.path) - 1
            return _STEP.pack(_NAMED, step.role, 0, 0, flags, step.unit, size, place, equals_place, equals_size, deep)
