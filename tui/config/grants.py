"""Grants of authorization servers on disk: secrets in the system keyring, or in the 0600 file that lists them all."""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import IO

from tui.config.atomic import replace_file
from tui.config.keys import is_private, with_keyring
from tui.config.paths import Paths, make_private
from tui.domain.errors import ConfigError
from tui.domain.grants import Grant
from tui.domain.messages import Json

SERVICE = "mcp-tui sign-ins"
_POLL_S = 0.05
_LOCK_WAIT_S = 330.0
"""A little longer than a person may take in the browser."""
_KEYRING_CHARS = 2_000
"""Windows keeps no longer secrets."""
_log = logging.getLogger(__name__)


class GrantFile:
    """Satisfies `servers.grants.GrantStore`. One entry a resource; its secrets are bound to issuer and resource."""

    def __init__(self, paths: Paths, remember: Callable[[str], None] | None = None) -> None:
        self._file = paths.data / "sign-ins.json"
        self._locks = paths.state / "locks"
        self._remember = remember
        """Told every token that is handed out or kept, so that the log can mask it."""

    async def load(self, resource: str) -> Grant | None:
        """Returns the grant for a resource; one that cannot be read is as if it were not there."""
        return await asyncio.to_thread(self._load, resource)

    async def save(self, grant: Grant) -> None:
        """Keeps a grant. One that cannot be kept lasts as long as the program, and the log says so."""
        self._mask(grant)
        try:
            await asyncio.to_thread(self._save, grant)
        except (OSError, ConfigError) as error:
            _log.warning("The sign-in at %s is not kept: %s", grant.resource, error)

    @asynccontextmanager
    async def locked(self, resource: str) -> AsyncIterator[None]:
        """Keeps other processes away; goes on without the lock when it cannot be had."""
        name = hashlib.sha256(resource.encode()).hexdigest()[:16]
        try:
            path = make_private(self._locks) / f"sign-in-{name}"
            handle = path.open("a")
        except (OSError, ConfigError) as error:
            _log.warning("No lock for signing in: %s", error)
            yield
            return
        with handle:
            await _wait_for(handle)
            yield

    def _load(self, resource: str) -> Grant | None:
        entry = self._entries().get(resource)
        if not isinstance(entry, dict):
            return None
        issuer = str(entry.get("issuer", ""))
        secrets = entry.get("grant") or _from_keyring(issuer, resource)
        if not isinstance(secrets, dict):
            return None
        fields: dict[str, Json] = {name: secrets.get(name) for name in ("tokens", "client", "metadata", "protected")}
        if any(value is not None and not isinstance(value, dict) for value in fields.values()):
            return None
        expires_at = secrets.get("expires_at")
        grant = Grant(
            resource, issuer, expires_at=expires_at if isinstance(expires_at, int | float) else None, **fields
        )
        self._mask(grant)
        return grant

    def _save(self, grant: Grant) -> None:
        secrets = {name: value for name, value in asdict(grant).items() if name not in ("resource", "issuer")}
        kept = _into_keyring(grant.issuer, grant.resource, secrets)
        entry = {"issuer": grant.issuer, "grant": None if kept else secrets}
        make_private(self._file.parent)
        replace_file(self._file, json.dumps(self._entries() | {grant.resource: entry}, indent=1) + "\n")

    def _entries(self) -> dict[str, Json]:
        try:
            if os.name == "posix" and not is_private(self._file):
                _log.warning("%s is ignored: others may read it. Run: chmod 600 '%s'", self._file, self._file)
                return {}
            entries = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            _log.warning("%s is ignored: it cannot be read.", self._file)
            return {}
        return entries if isinstance(entries, dict) else {}

    def _mask(self, grant: Grant) -> None:
        if self._remember:
            for holder in (grant.tokens or {}, grant.client or {}):
                for name in ("access_token", "refresh_token", "client_secret"):
                    if isinstance(holder.get(name), str) and holder[name]:
                        self._remember(holder[name])


def _account(issuer: str, resource: str) -> str:
    return f"{issuer} {resource}"


def _from_keyring(issuer: str, resource: str) -> Json:
    try:
        return json.loads(with_keyring(lambda ring: ring.get_password(SERVICE, _account(issuer, resource))) or "null")
    except (ConfigError, ValueError) as error:
        _log.warning("The sign-in at %s cannot be read: %s", resource, error)
        return None


def _into_keyring(issuer: str, resource: str, secrets: Mapping[str, Json]) -> bool:
    text = json.dumps(secrets)
    if len(text) > _KEYRING_CHARS and os.name == "nt":
        return False
    try:
        with_keyring(lambda ring: ring.set_password(SERVICE, _account(issuer, resource), text))
    except ConfigError:
        return False
    return True


async def _wait_for(handle: IO[str]) -> None:
    for _ in range(round(_LOCK_WAIT_S / _POLL_S)):
        if _try_lock(handle):
            return
        await asyncio.sleep(_POLL_S)
    _log.warning("Another run keeps signing in; going on without waiting for it.")


def _try_lock(handle: IO[str]) -> bool:
    """The lock ends with the handle, however the process ends."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
