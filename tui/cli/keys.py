"""`mcp-tui keys`: puts a provider's key into the system keyring, or takes it out; never onto a command line."""

import getpass
import sys

from tui.cli.invocation import Invocation
from tui.config.keys import KeyFinder
from tui.config.known import KNOWN_PROVIDERS, origin_of
from tui.domain.errors import UsageError

MAX_KEY = 4_096


def set_key(call: Invocation) -> int:
    """Reads the key hidden from the terminal, or from a pipe, and binds it to its endpoint's scheme, host and port."""
    base_url = _base_url(call)
    key = _read_key().strip()
    if not key:
        raise UsageError(
            "No key was given.", "Type it when asked, or pipe it in: pass show groq | mcp-tui keys set groq"
        )
    KeyFinder(call.paths).store_key(base_url, key, in_file=call.given.in_file)
    place = f"{call.paths.config / 'keys.json'} (0600, plain text)" if call.given.in_file else "the system keyring"
    call.output.done(
        f"Kept in {place} for {origin_of(base_url)}; set `keyring = true` for this provider in config.toml."
    )
    return 0


def remove_key(call: Invocation) -> int:
    """Takes a provider's key out of the system keyring and the private file; UsageError when neither has one."""
    base_url, name = _base_url(call), call.given.provider
    places = KeyFinder(call.paths).remove_key(base_url)
    if not places:
        raise UsageError(
            f"No key for {name} ({origin_of(base_url)}) is kept, neither in the system keyring nor in a file.",
            "A key in an environment variable is taken away there: unset the variable.",
        )
    call.output.done(f"Removed the key for {origin_of(base_url)} from {' and '.join(places)}.")
    return 0


def _base_url(call: Invocation) -> str:
    name = call.given.provider
    for spec in call.settings.providers:
        if spec.name == name:
            return spec.base_url
    if name in KNOWN_PROVIDERS:
        return KNOWN_PROVIDERS[name].base_url
    known = ", ".join([*(spec.name for spec in call.settings.providers), *KNOWN_PROVIDERS])
    raise UsageError(f"No provider is called {name!r}.", f"Providers: {known}.")


def _read_key() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Key (hidden): ")
    return sys.stdin.read(MAX_KEY)
