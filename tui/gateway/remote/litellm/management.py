"""What a LiteLLM proxy is asked for, how often, and what its refusals mean."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tui.domain.errors import NotExposedError
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.litellm.checks import checks_from, readiness_from
from tui.gateway.remote.litellm.router_settings import router_settings_from
from tui.gateway.remote.litellm.spend import (
    Activity,
    LoggedRequest,
    activity_from,
    key_account_from,
    logged_requests_from,
    provider_budgets_from,
)
from tui.gateway.remote.pages import Page, Pages
from tui.gateway.remote.reader import TIMEOUT_S, KeyRefusedError, StatusError
from tui.gateway.remote.shapes import rows_of
from tui.gateway.upstream.litellm import Deployment, deployments_from

MOST_PAGES = 10
PAGE_ROWS = 1_000


def _today(now: float) -> Mapping[str, str | int]:
    return days(now, now)


def days(first: float, last: float) -> Mapping[str, str | int]:
    """Returns the query for the UTC days from that of one moment to that of another (wall clock)."""
    start, end = (datetime.fromtimestamp(at, UTC).date().isoformat() for at in (first, last))
    return {"start_date": start, "end_date": end, "page_size": PAGE_ROWS}


def last_days(now: float, count: int) -> float:
    """Returns the wall clock of the begin of the first of the last `count` UTC days, today among them."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=count - 1)).timestamp()


def deployments_told(document: object) -> tuple[Deployment, ...]:
    """Returns the deployments of a `/v1/model/info` document. Raises ShapeError."""
    rows_of("GET /v1/model/info", document, "data")
    return deployments_from(document)


READINESS = Page(("health", "readiness"), readiness_from, 15.0)
DETAILS = Page(("health", "readiness", "details"), readiness_from, 3_600.0)
DEPLOYMENTS = Page(("v1", "model", "info"), deployments_told, 300.0)
ROUTER = Page(("router", "settings"), router_settings_from, 300.0)
CHECKS = Page(("health", "latest"), checks_from, 60.0)
KEY = Page(("key", "info"), key_account_from, 120.0)
TODAY = Page(("user", "daily", "activity"), lambda document: activity_from([document]), 120.0, _today)
BUDGETS = Page(("provider", "budgets"), provider_budgets_from, 120.0)

_OF_THE_DATABASE = frozenset({CHECKS.path, KEY.path, TODAY.path, ("spend", "logs")})


class Management:
    """The pages of one proxy. What its database would tell is not asked for where it has none."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        known = (READINESS, DETAILS, DEPLOYMENTS, ROUTER, CHECKS, KEY, TODAY, BUDGETS)
        self.pages = Pages(known, self._get, around)

    async def activity(self, first: float, last: float) -> Activity:
        """Returns the use of some UTC days (wall clock). Raises McpTuiError."""
        documents = []
        for number in range(1, MOST_PAGES + 1):
            documents.append(await self._get(*TODAY.path, **days(first, last), page=number))
            if activity_from(documents).whole:
                break
        return activity_from(documents)

    async def logged(self, request_id: str) -> tuple[LoggedRequest, ...]:
        """Returns what the proxy's log has of a request, by its call id or its answer's id. Raises McpTuiError."""
        return logged_requests_from(await self._get("spend", "logs", request_id=request_id))

    async def _get(self, *path: str, **query: str | int) -> object:
        if path in _OF_THE_DATABASE:
            readiness = (await self.pages.told(READINESS, 60.0)).facts
            if readiness and readiness.without_database:
                raise _without_database(path)
        if path == BUDGETS.path:
            settings = (await self.pages.told(ROUTER, 600.0)).facts
            if settings and not settings.budgets_providers:
                raise NotExposedError("This proxy sets no budgets for providers.", "They stand in its config.yaml.")
        reader = self._around.own_reader if path == KEY.path else self._around.reader
        try:
            return await reader.get(*path, timeout_s=TIMEOUT_S, **query)
        except StatusError as error:
            raise self._named(error, path) from None

    def _named(self, error: StatusError, path: tuple[str, ...]) -> Exception:
        said = error.message.lower()
        if error.status == 400 and "no connected db" in said:
            # Without a database the proxy knows no key but the master key, and says so of any other.
            hint = f"Set the key of the gateway {self._around.spec.name!r} to the proxy's master key."
            return KeyRefusedError(401, f"GET /{'/'.join(path)}: the key is not the proxy's master key.", hint)
        if error.status >= 500 and ("database not" in said or "db not" in said or "no db" in said):
            return _without_database(path)
        return error


def _without_database(path: tuple[str, ...]) -> NotExposedError:
    return NotExposedError(
        f"GET /{'/'.join(path)}: not exposed, since this proxy has no database.",
        "LiteLLM keeps keys, spend and checks only with DATABASE_URL set.",
    )
