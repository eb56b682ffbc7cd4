"""How a LiteLLM proxy says it is: ready or not, with a database or without, and its newest checks of deployments. Pure.

Source: docs.litellm.ai (`/health/readiness`, its `details`, `/health/latest`), looked at with LiteLLM 1.106.
`/health` itself is never polled: it sends a paid request to every deployment.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.text import CleanText, clean_line
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import named_of, object_with

NO_DATABASE = "Not connected"
"""What the proxy says of a database that it was never given."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The proxy's own word on itself."""

    status: CleanText
    """`healthy` when it takes requests."""
    database: CleanText
    """`connected`, `disconnected`, `stalled`, `Not connected` or unknown, which is empty."""
    version: CleanText = CleanText("")

    @property
    def without_database(self) -> bool:
        """Whether it keeps no keys, spend and checks at all."""
        return self.database == NO_DATABASE


@dataclass(frozen=True, slots=True)
class Check:
    """The newest check of a deployment."""

    deployment: CleanText
    group: CleanText
    healthy: bool | None
    error: CleanText
    at: float | None
    """Wall clock."""


def readiness_from(document: object) -> Readiness:
    """Returns what `/health/readiness` or its details say. Raises ShapeError."""
    fields = object_with("GET /health/readiness", document, "status", "db")
    return Readiness(fields.text("status"), fields.text("db"), fields.text("litellm_version"))


def checks_from(document: object) -> Mapping[str, Check]:
    """Returns the checks of a `/health/latest` document by deployment, or by group where none is named.

    Raises ShapeError.
    """
    told = named_of("GET /health/latest", document, "latest_health_checks")
    return {str(name): _check(fields) for name, fields in told.items()}


def _check(fields: Fields) -> Check:
    status = fields.text("status")
    return Check(
        deployment=fields.text("model_id"),
        group=fields.text("model_name"),
        healthy={"healthy": True, "unhealthy": False}.get(status),
        error=first_line(fields.text("error_message", 2_000)),
        at=fields.moment("checked_at"),
    )


def first_line(error: str) -> CleanText:
    """Returns an error without the stack trace that LiteLLM adds to it."""
    return clean_line(error.partition("stack trace:")[0], 300)
