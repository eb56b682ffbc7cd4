"""Keys of providers: from the environment, the system keyring, or a private file; each goes to its own host only."""

import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from tui.config.atomic import replace_file
from tui.config.file_lock import held
from tui.config.known import known_origins, origin_of
from tui.config.paths import Paths, make_private
from tui.domain.errors import ConfigError
from tui.domain.gateway import ProviderSpec

SERVICE = "mcp-tui"
KEYRING_TIMEOUT_S = 2.0
_LOCK_WAIT_S = 5.0
"""Much longer than any holder takes to write the file."""
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Keyring(Protocol):
    """What is used of the `keyring` module."""

    def get_password(self, service_name: str, username: str) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str) -> None: ...

    def delete_password(self, service_name: str, username: str) -> None: ...


class KeyFinder:
    """Satisfies `gateway.ports.KeyFinder`. Keys are never kept here, logged, or part of a message."""

    def __init__(
        self,
        paths: Paths,
        environ: Mapping[str, str] | None = None,
        remember: Callable[[str], None] | None = None,
    ) -> None:
        self._file = paths.config / "keys.json"
        self._lock = paths.state / "locks" / "keys"
        self._environ = os.environ if environ is None else environ
        self._remember = remember
        """Told every key that is handed out, so that the log can mask it."""

    def __repr__(self) -> str:
        return "KeyFinder()"

    def key_for(self, provider: ProviderSpec) -> str | None:
        """Returns the key, None when there is none; may take two seconds (keyring)."""
        key = self._from_environment(provider) or (self._stored(provider) if provider.keyring else None)
        if key and self._remember:
            self._remember(key)
        return key

    def _from_environment(self, provider: ProviderSpec) -> str | None:
        name = provider.api_key_env
        if not name or not self._environ.get(name):
            return None
        owners = known_origins(name)
        if owners and not provider.key_chosen and origin_of(provider.base_url) not in owners:
            _log.warning("The key in %s is not sent to %s: it belongs to another host.", name, provider.name)
            return None
        # A newline behind a key, left by `export KEY=$(cat file)`, would break the header.
        return self._environ[name].strip() or None

    def _stored(self, provider: ProviderSpec) -> str | None:
        origin = origin_of(provider.base_url)
        try:
            key = with_keyring(lambda ring: ring.get_password(SERVICE, origin))
        except ConfigError as error:
            _log.warning("%s", error)
            key = None
        return key or self._read_file().get(origin)

    def _read_file(self) -> dict[str, str]:
        try:
            return self._kept()
        except ConfigError as error:
            _log.warning("The keys in a file are not used. %s %s", error.message, error.hint)
            return {}

    def _kept(self) -> dict[str, str]:
        """Returns the keys in the file. Raises ConfigError where it must not, or cannot, be read."""
        try:
            if os.name == "posix" and not is_private(self._file):
                raise ConfigError(f"Others may read {self._file}.", f"Run: chmod 600 '{self._file}'")
            keys = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise ConfigError(
                f"{self._file} cannot be read.", "Mend it, or move it away and set its keys anew."
            ) from None
        if not isinstance(keys, dict):
            raise ConfigError(f"{self._file} holds no keys.", "Mend it, or move it away and set its keys anew.")
        return {origin: key for origin, key in keys.items() if isinstance(key, str)}

    def store_key(self, base_url: str, key: str, *, in_file: bool = False) -> None:
        """Keeps a key for the scheme, host and port of `base_url`: in the system keyring, or in a private file.

        The file (0600, plain text) is used only when asked for. Raises ConfigError, also when there is no keyring.
        """
        origin = origin_of(base_url)
        if not in_file:
            with_keyring(lambda ring: ring.set_password(SERVICE, origin, key))
            return
        make_private(self._file.parent)
        self._change_file(lambda keys: keys | {origin: key})

    def remove_key(self, base_url: str) -> tuple[str, ...]:
        """Takes the key of that scheme, host and port out of keyring and file; returns where one was.

        Raises ConfigError when the file cannot be used, or when the keyring cannot and nothing was in the file.
        """
        origin = origin_of(base_url)
        found = []
        if origin in self._kept():
            self._change_file(lambda keys: {kept: key for kept, key in keys.items() if kept != origin})
            found.append(str(self._file))
        try:
            if with_keyring(lambda ring: _taken_out(ring, origin)):
                found.append("the system keyring")
        except ConfigError as error:
            if not found:
                raise ConfigError(
                    f"No key for {origin} is kept in a file. {error.message}",
                    "One in the keyring can be removed once that works; one in the environment is unset there.",
                ) from error
            _log.warning("A key for %s may be in the keyring still: %s", origin, error)
        return tuple(found)

    def _change_file(self, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        with held(self._lock, _LOCK_WAIT_S) as alone:
            if not alone:
                raise ConfigError(f"Another run keeps {self._file} locked.", "Try again once it has ended.")
            replace_file(self._file, json.dumps(change(self._kept()), indent=2) + "\n")


def _taken_out(ring: Keyring, origin: str) -> bool:
    there = ring.get_password(SERVICE, origin) is not None
    if there:
        ring.delete_password(SERVICE, origin)
    return there


def is_private(path: Path) -> bool:
    status = path.stat()
    return not status.st_mode & 0o077 and status.st_uid == os.getuid()


_CAUSES = {"NoKeyringError": "this system has none", "KeyringLocked": "it is locked", "InitError": "it does not start"}
"""By the name of its error, for the module is only loaded when it is used."""


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return str(error)
    return _CAUSES.get(type(error).__name__, "it refused")


def with_keyring(use: Callable[[Keyring], T]) -> T:
    """Runs `use` in a thread that is left behind when the keyring does not answer (D-Bus waits 25 seconds)."""
    answers: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            import keyring

            answers.put(use(keyring))
        # edge: every system's keyring fails in ways of its own, and all of them mean that it cannot be used.
        except Exception as error:  # noqa: BLE001
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="keyring").start()
    try:
        answer = answers.get(timeout=KEYRING_TIMEOUT_S)
    except queue.Empty:
        answer = TimeoutError(f"no answer within {KEYRING_TIMEOUT_S:.0f} seconds")
    if isinstance(answer, Exception):
        raise ConfigError(
            f"The system keyring cannot be used: {_in_words(answer)}.",
            "Put the key into an environment variable and name it in api_key_env.",
        )
    return answer
