"""What is answered instead of a call that must not run as things are. Pure."""

from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ToolInfo, ToolResult, error_result
from tui.domain.text import CleanText, clean_line
from tui.servers.trust.vetting import CHANGED


def refusal_of(tool: ToolInfo, catalog: Catalog, *, is_open: bool) -> ToolResult | None:
    """Returns the result of a call that was approved for `tool` and may not be sent, None when it may.

    What counts is the definition that was seen when the call was approved; the server may have changed it since,
    or another server taken its name.
    """
    now = next((each for each in catalog.tools if each.name == tool.name), None)
    if now is None:
        # Of a server that is away the call itself tells so.
        gone = clean_line(f"{tool.server} no longer offers {tool.name}; nothing was sent.")
        return error_result("error", gone) if is_open else None
    same = (now.definition, now.launch) == (tool.definition, tool.launch)
    reason = now.withheld or ("" if same else CHANGED)
    words = " ".join(refusal_words(tool.server, tool.name, reason))
    return error_result("denied", CleanText(words)) if reason else None


def refusal_words(server: ServerName, name: str, reason: str) -> tuple[str, str]:
    """Returns what happened and what a person can do next."""
    return (
        clean_line(f"{server}.{name} {reason}; nothing was sent."),
        clean_line(f"A person can look at it and agree: mcp-tui servers trust {server}"),
    )
