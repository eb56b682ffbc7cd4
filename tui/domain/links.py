"""Which links may be handed to a browser, and what a person should see of them first. Pure."""

from urllib.parse import urlsplit

from tui.domain.text import CleanText, escape_line

LINK_CHARS = 4_096
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def link_problem(url: str, *, encrypted: bool = False) -> str | None:
    """Returns why a browser must not be given `url`, None when it may be opened.

    A link must be http or https, have a host, carry no name or password, be of printable ASCII without blanks, and
    not be longer than 4,096 characters. With `encrypted`, http is for this machine only (RFC 8252 §7.3).
    """
    if len(url) > LINK_CHARS:
        return f"the address is {len(url):,} characters long"
    if not url.isascii() or any(sign <= " " or sign == "\x7f" for sign in url):
        return "the address holds characters that no address holds"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "the address cannot be read"
    if parts.scheme not in ("http", "https"):
        return "only http and https pages are opened"
    if not host:
        return "the address names no host"
    if "@" in parts.netloc:
        return "the address carries a user name"
    if encrypted and parts.scheme == "http" and host not in _LOOPBACK:
        return "the page is not encrypted (https)"
    return None


def host_of(url: str) -> CleanText:
    """Returns the host of an address, with its port when it is not the usual one; empty when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return CleanText("")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return escape_line(host if port in (None, usual) else f"{host}:{port}")


def link_cautions(url: str) -> tuple[CleanText, ...]:
    """Returns what a person should know before opening a page; `url` has no `link_problem`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = []
    if parts.scheme == "http" and host not in _LOOPBACK:
        found.append(CleanText("It is not encrypted: whoever stands in between can read and change it."))
    if any(label.startswith("xn--") for label in host.split(".")):
        found.append(CleanText("Its name is written in other letters (xn--): it may only look like one you know."))
    return tuple(found)
