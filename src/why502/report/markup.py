"""Elements of a page. Whatever is not `Markup` already is escaped, so nothing from outside can become an element."""

from html import escape

from why502.report.visible import bounded, visible, visible_lines


class Markup(str):
    """Text that is safe to stand in a page as it is."""

    __slots__ = ()


def el(name: str, *content: str, **attributes: str) -> Markup:
    """Return an element; of attributes `class_` is written `class`, `stroke_width` is written `stroke-width`."""
    opened = "".join(f' {_attribute(key)}="{text(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{opened}>{join(*content)}</{name}>")


def join(*content: str) -> Markup:
    """Put pieces side by side."""
    return Markup("".join(each if isinstance(each, Markup) else text(each) for each in content))


def text(raw: str) -> Markup:
    """Escape text from outside, as one line."""
    return raw if isinstance(raw, Markup) else Markup(escape(visible(bounded(raw)), quote=True))


def command(raw: str) -> Markup:
    """Escape a command as one line, uncut: half a command is worse than none."""
    return Markup(escape(visible(raw), quote=True))


def lines(raw: str) -> list[Markup]:
    """Escape text from outside, line by line and uncut."""
    return [Markup(escape(line, quote=True)) for line in visible_lines(raw)]


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
