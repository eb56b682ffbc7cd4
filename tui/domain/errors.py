"""One family of errors; each names the cause and carries the next step a person can take."""

from tui.domain.text import CleanText, clean


class McpTuiError(Exception):
    """Something a person can act on. `exit_code` follows the command line's table."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        self.message: CleanText = clean(message, limit=2_000)
        self.hint: CleanText = clean(hint, limit=2_000)
        super().__init__(str(self.message))


class UsageError(McpTuiError):
    """The command line or a configuration file is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file is wrong; the message names file, line and key."""


class ConnectError(McpTuiError):
    """A server or an endpoint could not be reached."""

    exit_code = 3


class RefusedError(McpTuiError):
    """A policy, a budget or a person said no."""

    exit_code = 4


class CallError(McpTuiError):
    """A call failed: a tool, a resource, a prompt or a request to a model."""


class NotExposedError(McpTuiError):
    """The gateway in use does not offer what was asked."""


class StorageError(McpTuiError):
    """The database or a file could not be written or read."""
