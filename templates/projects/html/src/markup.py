"""HTML out of template strings (PEP 750): what is put in is escaped, what is HTML already is not."""

from html import escape
from string.templatelib import Interpolation, Template


class Html(str):
    """Text that is safe to put into a page as it is."""


def html(template: Template) -> Html:
    """html(t"<p>{name}</p>")"""
    return Html("".join(render(part) for part in template))


def render(part: "str | Interpolation[object]") -> str:
    if isinstance(part, str):
        return part  # from the program's text
    return to_html(part.value)


def to_html(value: object) -> str:
    if isinstance(value, Html):
        return value
    if isinstance(value, (list, tuple)):
        return "".join(to_html(item) for item in value)
    return escape(str(value))
