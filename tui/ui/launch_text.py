"""What starting a server means, as text: each fact on a line of its own, what changed marked by sign and colour."""

from textual.content import Content

from tui.domain.servers import ServerStatus
from tui.domain.text import escape_line
from tui.domain.trust import Change, LaunchReview
from tui.ui.widgets.lists.detail import lines

_MARKS: dict[Change, tuple[str, str]] = {
    "same": ("  ", ""),
    "gone": ("- ", "$text-error"),
    "new": ("+ ", "$text-success"),
}


def launch_text(status: ServerStatus, review: LaunchReview) -> Content:
    """Returns the command line or URL, what it is made of, and what to weigh before saying yes."""
    where = "is started as your user" if status.transport == "stdio" else "is connected to"
    parts: list[Content | None] = [
        Content.styled(escape_line(status.target), "$code bold"),
        None,
        Content.styled(f"This {where}. Named by {status.origin or 'a configuration file'}.", "$dim"),
    ]
    if review.known and any(change != "same" for change, _ in review.lines):
        parts.append(Content.styled("It is not what you agreed to before:", "$text-warning"))
    for change, line in review.lines:
        mark, style = _MARKS[change] if review.known else _MARKS["same"]
        parts.append(Content.styled(f"{mark}{line}", style))
    parts += [Content.styled(f"⚠ {caution}", "$text-warning") for caution in review.cautions]
    return lines(parts)
