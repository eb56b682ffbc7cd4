"""Who a server is: the fingerprint consent is bound to, and the line a person reads, secrets masked. Pure."""

import hashlib
import json
import re
import shlex
from pathlib import PurePath
from urllib.parse import urlsplit, urlunsplit

from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean_line
from tui.servers.transports.preview import MASK, is_secret_name, mask_values

_ASSIGNMENT = re.compile(r"^(?P<name>-{0,2}[\w.-]+)=(?P<value>.+)$", re.DOTALL)
_DOWNLOADERS = frozenset({"npx", "bunx", "pnpx", "uvx", "uv", "pipx", "docker", "podman", "npm", "pnpm", "yarn"})


def is_bundled(spec: ServerSpec) -> bool:
    """Returns whether the server belongs to the program itself: its definitions and annotations are our own words."""
    return spec.origin == "demo"


def spec_fingerprint(spec: ServerSpec, executable: str = "") -> str:
    """Returns the SHA-256 (hex) over everything that decides what would run or be reached.

    `executable` is the path the command stands for on this machine, see `process.executable_of`.

    Two definitions share it exactly when the same program would be started the same way, or the same URL reached
    with the same headers; the alias and the timeouts do not count.
    """
    facts = {
        "transport": spec.transport,
        "command": spec.command,
        "executable": executable,
        "args": list(spec.args),
        "env": dict(spec.env),
        "cwd": spec.cwd,
        "url": spec.url,
        "headers": dict(spec.headers),
    }
    if spec.allow:
        facts["allow"] = sorted(spec.allow)
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def masked_target(spec: ServerSpec) -> CleanText:
    """Returns the command line or URL with tokens masked; what came out of the environment is never in it."""
    if spec.transport == "stdio":
        args = masked_args(tuple(without_secrets(arg, spec) for arg in spec.args))
        return clean_line(" ".join([spec.command, *args]), 400)
    return clean_line(masked_url(without_secrets(spec.url, spec)), 400)


def without_secrets(text: str, spec: ServerSpec) -> str:
    """Returns `text` with what came out of the environment masked."""
    # The longest first: one value may begin another.
    for secret in sorted(spec.secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def may_download(spec: ServerSpec) -> str | None:
    """Returns the name of the runner that may first download the server, None when there is none."""
    name = PurePath(spec.command).stem.lower()
    return name if spec.transport == "stdio" and name in _DOWNLOADERS else None


def masked_args(args: tuple[str, ...]) -> list[str]:
    shown = []
    hide_next = False
    for arg in args:
        if hide_next:
            shown.append(MASK)
        elif (match := _ASSIGNMENT.match(arg)) and is_secret_name(match["name"].lstrip("-")):
            shown.append(f"{match['name']}={MASK}")
        elif "://" in arg:
            shown.append(masked_url(arg))
        else:
            shown.append(shlex.quote(mask_values(arg)))
        hide_next = arg.startswith("-") and "=" not in arg and is_secret_name(arg.lstrip("-"))
    return shown


def masked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return mask_values(url)
    user, _, host = parts.netloc.rpartition("@")
    query = "&".join(_masked_pair(pair) for pair in parts.query.split("&"))
    return mask_values(
        urlunsplit((parts.scheme, f"{MASK}@{host}" if user else host, parts.path, query, parts.fragment))
    )


def _masked_pair(pair: str) -> str:
    name, sign, _ = pair.partition("=")
    return f"{name}={MASK}" if sign and (is_secret_name(name) or name.lower() == "key") else pair
