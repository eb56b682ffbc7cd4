"""A server's definition as a person types and edits it: one command line, or one URL."""

import shlex
from dataclasses import replace
from urllib.parse import urlsplit

from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.domain.text import clean_line

TYPED = "typed in"


def typed_server(name: str, target: str) -> ServerSpec:
    """Returns what a person typed as a trusted definition. Raises UsageError when it is neither command nor URL."""
    alias = ServerName(clean_line(name, 60))
    words = target.split(maxsplit=1)
    if words and "://" in words[0]:
        if not _is_http(target):
            raise UsageError(f"{target} is no http or https URL.", "Write it as in https://example.org/mcp.")
        return ServerSpec(alias, "http", url=target, trusted=True, origin=TYPED)
    try:
        command, *args = shlex.split(target)
    except ValueError as error:
        raise UsageError(f"The command line does not parse: {error}", "Close every quote.") from error
    return ServerSpec(alias, "stdio", command=command, args=tuple(args), trusted=True, origin=TYPED)


def editable(spec: ServerSpec) -> str:
    """Returns the command line or URL to be edited; values that came from the environment stand as `«secret-1»`."""
    words = [spec.command, *spec.args] if spec.transport == "stdio" else [spec.url]
    for number, secret in _numbered(spec):
        words = [word.replace(secret, _placeholder(number)) for word in words]
    return shlex.join(words) if spec.transport == "stdio" else words[0]


def edited_server(spec: ServerSpec, target: str) -> ServerSpec:
    """Returns `spec` with another command line or URL; environment, directory, headers and time limits stay.

    Consent is kept by what a person typed, never gained: who never agreed to start the server is asked as before.
    Raises UsageError when `target` is neither command nor URL.
    """
    typed = typed_server(spec.name, target)
    transport = "sse" if (typed.transport, spec.transport) == ("http", "sse") else typed.transport
    return replace(
        spec,
        transport=transport,
        command=_revealed(typed.command, spec),
        args=tuple(_revealed(arg, spec) for arg in typed.args),
        url=_revealed(typed.url, spec),
        origin=TYPED,
    )


def _numbered(spec: ServerSpec) -> list[tuple[int, str]]:
    """The secrets with their numbers, the longest first: one may be part of another."""
    numbered = [(number, secret) for number, secret in enumerate(spec.secrets, 1) if secret]
    return sorted(numbered, key=lambda each: -len(each[1]))


def _placeholder(number: int) -> str:
    return f"«secret-{number}»"


def _revealed(text: str, spec: ServerSpec) -> str:
    for number, secret in _numbered(spec):
        text = text.replace(_placeholder(number), secret)
    return text


def _is_http(target: str) -> bool:
    try:
        url = urlsplit(target)
        return url.scheme in ("http", "https") and bool(url.hostname) and " " not in target
    except ValueError:
        return False
