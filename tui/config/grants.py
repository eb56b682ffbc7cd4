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
from tui.config.file_lock import held, try_lock
from tui.config.keys import is_private, with_keyring
from tui.config.paths import Paths, make_private
from tui.domain.errors import ConfigError
from tui.domain.grants import Grant
from tui.domain.messages import Json

SERVICE = "mcp-tui sign-ins"
_POLL_S = 0.05
_LOCK_WAIT_S = 330.0
"""A little longer than a person may take in the browser."""
_FILE_WAIT_S = 5.0
"""Much longer than any holder takes to write the file."""
_KEYRING_CHARS = 2_000
"""Windows keeps no longer secrets."""
_log = logging.getLogger(__name__)


class GrantFile:
    """Satisfies `servers.grants.GrantStore`. One entry a resource; its secrets are bound to issuer and resource."""

    def __init__(
        self, paths: Paths, remember: Callable[[str], None] | None = None, *, lock_wait_s: float = _FILE_WAIT_S
    ) -> None:
        self._file = paths.data / "sign-ins.json"
        self._locks = paths.state / "locks"
        self._lock_wait_s = lock_wait_s
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

    async def forget(self, resource: str) -> bool:
        """Forgets the grant for a resource. Returns whether there was one. Raises ConfigError."""
        return await asyncio.to_thread(self._forget, resource)

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
        entry: Json = {"issuer": grant.issuer, "grant": None if kept else secrets}
        self._change(lambda entries: entries | {grant.resource: entry})

    def _forget(self, resource: str) -> bool:
        entry = self._entries().get(resource)
        if entry is None:
            return False
        if isinstance(entry, dict) and not entry.get("grant"):
            _out_of_keyring(str(entry.get("issuer", "")), resource)
        self._change(lambda entries: {name: kept for name, kept in entries.items() if name != resource})
        return True

    def _change(self, change: Callable[[dict[str, Json]], dict[str, Json]]) -> None:
        """Reads, changes and writes the file while no other process does: neither loses what the other wrote.

        Raises OSError, ConfigError.
        """
        make_private(self._file.parent)
        with held(self._locks / "sign-ins", self._lock_wait_s) as alone:
            if not alone:
                _log.warning("Another run keeps %s locked; writing it all the same.", self._file)
            replace_file(self._file, json.dumps(change(self._entries()), indent=1) + "\n")

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


def _out_of_keyring(issuer: str, resource: str) -> None:
    try:
        with_keyring(lambda ring: ring.delete_password(SERVICE, _account(issuer, resource)))
    except ConfigError as error:
        _log.warning("The sign-in at %s stays in the keyring: %s", resource, error)


async def _wait_for(handle: IO[str]) -> None:
    for _ in range(round(_LOCK_WAIT_S / _POLL_S)):
        if try_lock(handle):
            return
        await asyncio.sleep(_POLL_S)
    _log.warning("Another run keeps signing in; going on without waiting for it.")
