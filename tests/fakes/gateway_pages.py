"""A gateway on loopback: chats by script as the plain endpoint, and for every management path the page of a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.llm_endpoint import LlmEndpoint, Seen
from tests.fakes.llm_replies import Reply, fail


@dataclass
class GatewayPages(LlmEndpoint):
    """Answers GET by `pages`: by path and query where such a page is, else by the path alone, else with 404."""

    pages: Mapping[str, Reply] = field(default_factory=dict)
    refused: Reply | None = None
    """What is answered to a GET without `key`; None: every key will do."""
    key: str = ""

    @property
    def url(self) -> str:
        """The address without a version."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for by GET, oldest first."""
        return [seen.path for seen in self.model_requests]

    def _reply_to(self, seen: Seen) -> Reply:
        if seen.method != "GET":
            return super()._reply_to(seen)
        if self.refused and seen.headers.get("authorization") != f"Bearer {self.key}":
            return self.refused
        path = seen.path.partition("?")[0]
        return self.pages.get(seen.path) or self.pages.get(path) or fail(404, {"detail": "Not Found"})


def page(document: object, status: int = 200) -> Reply:
    """Returns a page of JSON."""
    return fail(status, document)
