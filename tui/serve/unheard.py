"""Requests that never became calls: whose key they showed is known, so the audit names them, too."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.domain.audit import AuditOutcome
from tui.serve.admission import Admission
from tui.serve.auth import caller_of_request

_HEARD = "mcp_tui.heard"
_NOT_ALLOWED = frozenset({403, 429, 503})
"""What a caller may not do, or not at this moment; any other failure is that nobody understood it."""


def heard(connection: HTTPConnection) -> None:
    """Says that a request was understood: whoever did so has it recorded, if it is a call."""
    connection.scope[_HEARD] = True


class Unheard:
    """Middleware that records what was posted and answered with an error before anybody understood it.

    Such are bodies that are too large or no messages, requests beyond a caller's share, and unknown addresses. Stands
    behind the keys: strangers leave no rows.
    """

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = caller_of_request(HTTPConnection(scope)) if scope["type"] == "http" else None
        if caller is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400 and _HEARD not in scope:
                outcome: AuditOutcome = "refused" if message["status"] in _NOT_ALLOWED else "failed"
                await self._admission.turned_away(caller, scope["path"], None, outcome)
            await send(message)

        await self._app(scope, receive, watched)
