"""The title of a cause, read off its page without loading the catalogue: that would take longer than the scan."""

from importlib.machinery import SourceFileLoader
from importlib.util import find_spec

from why502.observations.failure import CauseId


def title_of(cause: CauseId) -> str:
    """Return the first line of a cause's page; its id where no page can be had."""
    family, _, name = cause.partition(".")
    module = f"why502.causes.{family}.{name.replace('-', '_')}"
    try:
        spec = find_spec(module)
        code = spec.loader.get_code(module) if spec and isinstance(spec.loader, SourceFileLoader) else None
    except (ImportError, SyntaxError, ValueError):
        return cause
    page = code.co_consts[0] if code is not None and code.co_consts else None
    return page.strip().split("\n", 1)[0].rstrip(".") if isinstance(page, str) and page.strip() else cause
