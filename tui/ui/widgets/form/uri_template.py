"""URI templates of resources: their variables and their expansion. Source: RFC 6570, levels 1 to 3."""

import re
from collections.abc import Mapping
from urllib.parse import quote

_EXPRESSION = re.compile(r"\{([+#./;?&]?)([^{}]*)\}")
_VARIABLE = re.compile(r"([A-Za-z0-9_.%-]+)(?::(\d{1,4})|\*)?")
_RESERVED = ":/?#[]@!$&'()*+,;="
_STARTS = {"": "", "+": "", "#": "#", ".": ".", "/": "/", ";": ";", "?": "?", "&": "&"}
_BETWEEN = {"": ",", "+": ",", "#": ",", ".": ".", "/": "/", ";": ";", "?": "&", "&": "&"}


def variables(template: str) -> list[str]:
    """Returns the names of the variables, in order, each once."""
    names = [name for _, body in _EXPRESSION.findall(template) for name, _ in _parsed(body)]
    return list(dict.fromkeys(names))


def expand(template: str, values: Mapping[str, str]) -> str:
    """Returns the URI; variables without a value are left out."""

    def replaced(match: re.Match[str]) -> str:
        operator, body = match.groups()
        parts = [_part(operator, name, values[name][:limit]) for name, limit in _parsed(body) if name in values]
        return _STARTS[operator] + _BETWEEN[operator].join(parts) if parts else ""

    return _EXPRESSION.sub(replaced, template)


def _parsed(body: str) -> list[tuple[str, int | None]]:
    found = [_VARIABLE.fullmatch(part.strip()) for part in body.split(",")]
    return [(match[1], int(match[2]) if match[2] else None) for match in found if match]


def _part(operator: str, name: str, value: str) -> str:
    encoded = quote(value, safe=_RESERVED if operator in ("+", "#") else "")
    if operator in ("?", "&"):
        return f"{name}={encoded}"
    if operator == ";":
        return f"{name}={encoded}" if encoded else name
    return encoded
