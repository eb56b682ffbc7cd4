"""The tools a chat's model is told of, from turn to turn: what changed is said, what was forced is found."""

from collections.abc import Iterable, Sequence

from tui.chat.calls import nearest_names
from tui.chat.tool_specs import Offer, offer
from tui.domain.errors import CallError
from tui.domain.messages import Message
from tui.domain.servers import ToolInfo
from tui.domain.text import CleanText

_MODES = ("auto", "required", "none")


class Offers:
    """Remembers what was offered last, so that a person learns when tools come, go or change."""

    def __init__(self) -> None:
        self.notices: list[CleanText] = []
        """What is to be said about the newest offer."""
        self._last: Offer | None = None
        self._asked: tuple[tuple[ToolInfo, ...], int, set[str]] | None = None

    def next(self, tools: Sequence[ToolInfo], limit: int, history: Iterable[Message], choice: str) -> Offer:
        """Returns what to offer now; tools that the chat has used, and the forced one, stay when some must go."""
        self.notices = []
        keep = {choice, *(call.name for message in history for call in message.tool_calls)}
        asked, last = (tuple(tools), limit, keep), self._last
        if last is not None and asked == self._asked:
            return last
        new = self._last = offer(tools, limit, keep)
        self._asked = asked
        if new.left_out and (last is None or last.left_out != new.left_out):
            self.notices.append(
                CleanText(
                    f"{new.left_out} of {len(tools)} tools are not offered to the model; it takes {limit} at most"
                )
            )
        if last is not None and last.sha256 != new.sha256:
            self.notices.append(_difference(last, new))
        return new


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
