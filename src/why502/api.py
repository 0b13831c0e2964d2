"""What a library user imports: `why502.diagnose(url)`."""

import asyncio

from why502.diagnosis.diagnose import diagnose as run
from why502.diagnosis.options import Options, TargetError
from why502.diagnosis.target import parse_target
from why502.report.assemble import assemble
from why502.report.model import Report
from why502.vantage.base import Vantage

__all__ = ["Options", "Report", "TargetError", "adiagnose", "diagnose"]


async def adiagnose(target: str, options: Options | None = None, vantage: Vantage | None = None) -> Report:
    """Diagnose a URL, a host or host:port, by default from this host.

    Raises TargetError where the target cannot be understood.
    """
    parsed = parse_target(target)
    return assemble(await run(vantage if vantage is not None else _local(), parsed, options or Options()))


def diagnose(target: str, options: Options | None = None, vantage: Vantage | None = None) -> Report:
    """Diagnose, and wait for the report; see `adiagnose`."""
    return asyncio.run(adiagnose(target, options, vantage))


def _local() -> Vantage:
    from why502.vantage.local import Local
    from why502.vantage.recording import Recording

    return Recording(Local())
