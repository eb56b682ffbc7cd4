"""The tools a chat's model is told of, from turn to turn: what changed is said, what was forced is found."""

from collections.abc import Collection, Iterable, Sequence

from tui.chat.calls import nearest_names
from tui.chat.searchable import SearchableToolbox
from tui.chat.tool_specs import Offer, offer
from tui.domain.errors import CallError
from tui.domain.messages import Message
from tui.domain.servers import ToolInfo
from tui.domain.text import CleanText

SEARCH_ABOVE_SHARE = 0.25
"""Of the model's window: definitions that take more leave too little for the conversation."""
_MODES = ("auto", "required", "none")


class Offers:
    """Remembers what was offered last, so that a person learns when tools come, go or change."""

    def __init__(self) -> None:
        self.notices: list[CleanText] = []
        """What is to be said about the newest offer."""
        self._last: Offer | None = None
        self._asked: tuple[tuple[ToolInfo, ...], int, set[str], bool] | None = None

    def next(
        self,
        tools: Sequence[ToolInfo],
        limit: int,
        history: Iterable[Message],
        choice: str,
        *,
        window: int | None = None,
        toolbox: SearchableToolbox | None = None,
    ) -> Offer:
        """Returns what to offer now; tools that the chat has used, and the forced one, stay when some must go.

        Where all would be too many for the model, or fill too much of its `window` (tokens), and there is a `toolbox`
        to search in, the model is told of the search, of what it found, and of what stays.
        """
        self.notices = []
        keep = {choice, *(call.name for message in history for call in message.tool_calls)}
        searching = toolbox is not None and too_much(tools, limit, window)
        if toolbox is not None:
            toolbox.searching = searching
            keep |= toolbox.found.keys()
        asked, last = (tuple(tools), limit, keep, searching), self._last
        if last is not None and asked == self._asked:
            return last
        shown = _searched(tools, toolbox, limit, keep) if toolbox is not None and searching else tools
        new = self._last = offer(shown, limit, keep)
        if searching and not (self._asked and self._asked[3]):
            self.notices.append(_search_begins(tools, window))
        elif new.left_out and (last is None or last.left_out != new.left_out):
            self.notices.append(
                CleanText(
                    f"{new.left_out} of {len(tools)} tools are not offered to the model; it takes {limit} at most"
                )
            )
        self._asked = asked
        if last is not None and last.sha256 != new.sha256:
            self.notices.append(_difference(last, new))
        return new


def too_much(tools: Sequence[ToolInfo], limit: int, window: int | None) -> bool:
    """Whether a model is better told of a search than of all these tools; an unknown window counts as large."""
    needed = sum(tool.schema_tokens for tool in tools)
    return len(tools) > limit or (window is not None and needed > window * SEARCH_ABOVE_SHARE)


def _searched(
    tools: Sequence[ToolInfo], toolbox: SearchableToolbox, limit: int, keep: Collection[str]
) -> list[ToolInfo]:
    """The search first, then what must stay in the tools' own order; of too much, what was found last."""
    kept = [tool for tool in tools if tool.model_name in keep]
    if len(kept) >= limit:
        newest = list(toolbox.found)[-(limit - 1) :]
        kept = [tool for tool in kept if tool.model_name in newest] or kept[: limit - 1]
    return [toolbox.search, *kept]


def _search_begins(tools: Sequence[ToolInfo], window: int | None) -> CleanText:
    needed = sum(tool.schema_tokens for tool in tools)
    share = f", {needed * 100 // window} % of its window" if window else ""
    return CleanText(
        f"{len(tools)} tools would cost the model about {needed:,} tokens in every request{share}; it searches for the "
        "ones it needs instead"
    )


def resolved_choice(setting: str, tools: Sequence[ToolInfo]) -> str:
    """Returns a tool choice as a request carries it; a tool is named as `server.tool` or by its model name.

    Raises CallError when there is no such tool.
    """
    if setting in _MODES:
        return setting if tools or setting != "required" else "auto"
    for tool in tools:
        if setting in (tool.model_name, f"{tool.server}.{tool.name}"):
            return tool.model_name
    names = [f"{tool.server}.{tool.name}" for tool in tools]
    raise CallError(f"There is no tool {setting!r} to choose.", nearest_names(setting, names))


def _difference(last: Offer, new: Offer) -> CleanText:
    came, went = sorted(new.names - last.names), sorted(last.names - new.names)
    parts = [
        f"{sign} {', '.join(names[:5])}{' …' * (len(names) > 5)}" for sign, names in (("+", came), ("-", went)) if names
    ]
    return CleanText(f"The tools offered to the model changed: {'; '.join(parts) or 'other descriptions or schemas'}")
