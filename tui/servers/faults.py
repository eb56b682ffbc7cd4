"""What went wrong with a server, said so that a person can act: the one place where vendor errors are translated."""

from dataclasses import dataclass

import anyio
from mcp import MCPError
from mcp.client import InputRequiredRoundsExceededError
from mcp.types import INVALID_PARAMS, METHOD_NOT_FOUND
from pydantic import ValidationError

from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.transports.surviving import HTTP_FAILED

CONNECTION_CLOSED = -32000
URL_ELICITATION_REQUIRED = -32042
REQUEST_FAILURES = (
    MCPError,
    ValidationError,
    InputRequiredRoundsExceededError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    ExceptionGroup,
    RuntimeError,
    ValueError,
    OSError,
)
"""What the SDK raises out of a request."""
_ADVICE_BY_STATUS = {
    401: "It wants to know who you are: run `mcp-tui servers sign-in {name}`, or put a token into `headers` of its "
    "definition, then reconnect.",
    403: "The credentials in its definition do not allow this; check its `headers`.",
    404: "Check the path of its URL; MCP endpoints often end in /mcp.",
    405: 'The URL answers, but not to MCP requests; an older server may need `transport = "sse"`.',
    429: "It limits requests; wait a little, then reconnect.",
}


_SIGN_IN_ADVICE = (
    "Reconnect it, or run `mcp-tui servers sign-in {name}`, to be asked again. A server without sign-in needs a token "
    "in `headers` of its definition, one that registers no programs a `client_id` in `oauth`."
)
_NOT_ABOUT_THE_TRANSPORT = frozenset({401, 403, 407, 408, 429})
"""Statuses of a client's fault that say who may ask or how often, not that the URL takes no POST."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause, the next step, and whether trying again by itself makes sense."""

    message: CleanText
    hint: CleanText
    permanent: bool = False


def root_cause(error: BaseException) -> BaseException:
    """Returns the first error inside nested groups; the SDK wraps what its tasks raise."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def _trouble(message: str, hint: str, permanent: bool = False) -> Trouble:
    return Trouble(clean(message, 600), clean(hint, 400), permanent)


def explain(error: BaseException, spec: ServerSpec) -> Trouble:
    """Returns why a server could not be opened or was lost."""
    cause = root_cause(error)
    match cause:
        case NotADirectoryError():
            return _trouble(f"Its directory does not exist: {cause}", "Correct `cwd` in its definition.", True)
        case FileNotFoundError():
            hint = "Install it, or write the command's full path into the definition."
            return _trouble(f"Command not found: {spec.command}", hint, True)
        case PermissionError():
            return _trouble(f"Not allowed to run {spec.command}", "Make the file executable (chmod +x).", True)
        case TimeoutError():
            hint = "Run its command by hand to see what it waits for, or raise `start_timeout_s`."
            return _trouble(f"No answer to the greeting within {spec.start_timeout_s:g} s", hint, True)
        case OSError() if spec.transport == "stdio":
            return _trouble(f"Cannot start {spec.command}: {cause.strerror or cause}", "Check its definition.", True)
        case MCPError():
            return _explain_answer(cause, spec.name)
        case ValidationError():
            first = cause.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            return _trouble(f"Its answer breaks the protocol at {where}: {first['msg']}", "Update the server.", True)
        case _:
            return _trouble(f"{type(cause).__name__}: {cause}", "Reconnect, or look at its log.")


def wants_sign_in(error: BaseException) -> bool:
    """Returns whether a server could not be opened because nobody signed in at it."""
    cause = root_cause(error)
    return isinstance(cause, MCPError) and isinstance(cause.data, dict) and cause.data.get("sign_in") is True


def _explain_answer(error: MCPError, name: ServerName) -> Trouble:
    if wants_sign_in(error):
        return _trouble(error.message, _SIGN_IN_ADVICE.replace("{name}", name), True)
    if error.code == HTTP_FAILED:
        status = error.data.get("status") if isinstance(error.data, dict) else None
        advice = _ADVICE_BY_STATUS.get(status or 0, "").replace("{name}", name)
        if advice:
            return _trouble(error.message, advice, permanent=status != 429)
        hint = "Check that the server runs and its URL is right, then reconnect."
        return _trouble(error.message, hint)
    return _trouble(f"It refused: {error.message} ({error.code})", "Look at its log, or update the server.", True)


def ended(return_code: int | None, stderr_tail: tuple[CleanText, ...]) -> Trouble:
    """Returns what to say about a process that ended by itself."""
    if return_code is None:
        message = "It closed its output"
    elif return_code < 0:
        message = f"It was killed by signal {-return_code}"
    else:
        message = f"It exited with code {return_code}"
    last = next((line for line in reversed(stderr_tail) if line.strip()), None)
    if last:
        message += f"; last words: {clean_line(last, 200)}"
    return _trouble(message, "Its stderr is in the log; run its command by hand to see more.")


def disconnected(last_http: CleanText | None) -> Trouble:
    """Returns what to say about an HTTP server that can no longer be reached."""
    return _trouble(last_http or "The connection was lost", "Check that the server runs, then reconnect.")


def refuses_post(error: BaseException) -> bool:
    """Returns whether a URL answered a POST like a server of the older HTTP+SSE transport does: with a 4xx."""
    cause = root_cause(error)
    if not isinstance(cause, MCPError) or cause.code != HTTP_FAILED or not isinstance(cause.data, dict):
        return False
    status = cause.data.get("status")
    return isinstance(status, int) and 400 <= status < 500 and status not in _NOT_ABOUT_THE_TRANSPORT


def forgot_session(error: MCPError) -> bool:
    """Returns whether an HTTP server did not know the session any more, and so did not carry out the request."""
    return error.code == HTTP_FAILED and isinstance(error.data, dict) and error.data.get("session_gone") is True


def knows_no_such_tool(error: BaseException) -> bool:
    """Returns whether a call was refused because of a tool, or arguments, that the server does not know.

    Source: MCP specification, tools, error handling (-32602); servers without tools answer -32601.
    """
    cause = root_cause(error)
    return isinstance(cause, MCPError) and cause.code in (INVALID_PARAMS, METHOD_NOT_FOUND)


def was_closed(error: BaseException) -> bool:
    """Returns whether `error` only says that the other side went away."""
    cause = root_cause(error)
    return isinstance(cause, MCPError) and cause.code == CONNECTION_CLOSED


def explain_call(error: BaseException, server: ServerName) -> CleanText:
    """Returns what a failed request is called, for the model and the person alike."""
    cause = root_cause(error)
    match cause:
        case MCPError() if cause.code == CONNECTION_CLOSED:
            return clean(f"The connection to {server} was lost while the request ran; it was not repeated.")
        case MCPError() if cause.code == URL_ELICITATION_REQUIRED:
            return clean(f"{server} wants you to visit a page first: {cause.message}", 2_000)
        case MCPError():
            return clean(f"{server} answered with an error: {cause.message} ({cause.code})", 4_000)
        case InputRequiredRoundsExceededError():
            return clean(f"{server} kept asking for more input; the request was given up.")
        case ValidationError():
            return clean(f"The answer of {server} breaks the protocol: {cause.errors()[0]['msg']}", 2_000)
        case _:
            return clean(f"The request to {server} failed: {type(cause).__name__}: {cause}", 2_000)
