"""`${NAME}` in a server's definition: filled in from the environment, and remembered as a secret."""

import re
from collections.abc import Iterable, Mapping

from tui.config.decode import Table

_VARIABLE = re.compile(r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class Expansion:
    """Fills in the texts of one table and keeps what came out of the environment, to be masked wherever it is shown."""

    def __init__(self, table: Table, environ: Mapping[str, str]) -> None:
        self._table = table
        self._environ = environ
        self._taken: dict[str, None] = {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that were filled in, without those too short to be secret."""
        return tuple(value for value in self._taken if len(value) >= 4)

    def text(self, key: str, text: str) -> str:
        """Returns `text` filled in. Raises ConfigError when a variable is not set and has no `:-default`."""

        def value(match: re.Match[str]) -> str:
            name, default = match.group(1), match.group(2)
            if name in self._environ:
                self._taken[self._environ[name]] = None
                return self._environ[name]
            if default is not None:
                return default
            raise self._table.error(
                key,
                f"names the environment variable {name}, which is not set.",
                f"Set it, or write ${{{name}:-default}}.",
            )

        return _VARIABLE.sub(value, text)

    def texts(self, key: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Returns each text filled in."""
        return tuple(self.text(key, text) for text in texts)

    def mapping(self, key: str, mapping: Mapping[str, str]) -> dict[str, str]:
        """Returns the mapping with its values filled in; names stay as they are."""
        return {name: self.text(key, text) for name, text in mapping.items()}
