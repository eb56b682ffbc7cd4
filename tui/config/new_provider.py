"""A provider as a person adds it: a known name, or any name with a URL, and where its key is found."""

import re
from urllib.parse import urlsplit

from tui.config.known import KNOWN_PROVIDERS, origin_of
from tui.domain.errors import UsageError
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import ProviderName

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}|[a-z_][a-z_]{0,63}")
"""Names of environment variables as people choose them; keys, of mixed case and with digits, are none."""


def new_provider(
    name: str, base_url: str = "", api_key_env: str = "", *, keyring: bool = False, origin: str = "added"
) -> ProviderSpec:
    """Returns the provider; a known name brings its address and key variable. Raises UsageError or ConfigError.

    A known name at another address gets no key by itself: a key only ever goes where it was entered for.
    """
    if not _NAME.fullmatch(name):
        raise UsageError("That is no name for a provider.", "Letters, digits, dots and dashes, as in my-server.")
    if api_key_env and not _VARIABLE.fullmatch(api_key_env):
        # Whoever pastes the key itself must not find it in a message or a file.
        raise UsageError("That is no name of an environment variable.", "Give the variable's name, never the key.")
    known = KNOWN_PROVIDERS.get(name)
    address = base_url.strip().rstrip("/") or (known.base_url if known else "")
    if not address:
        raise UsageError(
            f"{name!r} needs a base URL: it is no known name.", f"Known are: {', '.join(KNOWN_PROVIDERS)}."
        )
    own = origin_of(address)
    if "@" in urlsplit(address).netloc:
        raise UsageError("A base URL must not hold a password.", "Put the key into an environment variable.")
    variable = api_key_env or None
    if known and not variable and not keyring and own == origin_of(known.base_url):
        variable = known.api_key_env
    return ProviderSpec(
        ProviderName(name),
        address,
        api_key_env=variable,
        keyring=keyring,
        origin=origin,
        key_chosen=bool(api_key_env),
    )
