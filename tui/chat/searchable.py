"""All tools of all servers, and one of our own that finds them: a toolbox that too many tools cannot overflow."""

from collections.abc import Sequence

from tui.chat.ports import Toolbox
from tui.chat.tool_search import OWN_SERVER, SEARCH_NAME, ranked, search_result, search_tool
from tui.config.schema import PolicySettings
from tui.domain.ids import CallId, ServerName
from tui.domain.messages import Json
from tui.domain.servers import ToolInfo, ToolResult
from tui.domain.text import CleanText


class SearchableToolbox:
    """Satisfies `Toolbox`; what a chat has found by searching stays found until another chat is opened."""

    def __init__(self, inner: Toolbox, policy: PolicySettings) -> None:
        self._inner = inner
        self._policy = policy
        self.searching = False
        """The model is told of the search instead of all tools."""
        self.found: dict[str, None] = {}
        """Model names that searches brought, oldest first."""

    def forget(self) -> None:
        """Begins anew: another chat."""
        self.searching = False
        self.found.clear()

    @property
    def search(self) -> ToolInfo:
        """The tool that finds tools."""
        return search_tool(self._inner.tools())

    def tools(self) -> Sequence[ToolInfo]:
        return self._inner.tools()

    def find(self, model_name: str) -> ToolInfo | None:
        return self.search if self.searching and model_name == SEARCH_NAME else self._inner.find(model_name)

    async def check_arguments(self, tool: ToolInfo, arguments: dict[str, Json]) -> CleanText | None:
        if tool.model_name != SEARCH_NAME:
            return await self._inner.check_arguments(tool, arguments)
        return None if isinstance(arguments.get("query"), str) else CleanText("query must be a text")

    async def call(self, tool: ToolInfo, arguments: dict[str, Json], call_id: CallId) -> ToolResult:
        if tool.model_name != SEARCH_NAME:
            return await self._inner.call(tool, arguments, call_id)
        query = str(arguments.get("query", ""))
        matches = ranked(query, self._inner.tools())
        for match in matches:
            # A tool found again moves to the end: the oldest go first when there is no room for all.
            self.found.pop(match.model_name, None)
            self.found[match.model_name] = None
        return search_result(query, matches)

    async def wait_settled(self, timeout_s: float) -> None:
        await self._inner.wait_settled(timeout_s)

    def believed(self, server: ServerName) -> bool:
        return server == OWN_SERVER or self._inner.believed(server) or self._policy.believes(server)
