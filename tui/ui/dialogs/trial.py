"""A chain being tried: one line a step, filled in as each answers; leaving stops the calls."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from textual import work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.errors import McpTuiError
from tui.domain.gateway_routing import StepTrial, TestAnswer
from tui.domain.money import format_usd
from tui.domain.text import CleanText, clean_line
from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line
from tui.ui.format import duration
from tui.ui.widgets.gateway.route_tree import behind

LONGEST_NAME = 40
"""Characters of a step's name."""
Try = Callable[[Callable[[StepTrial], None]], Awaitable[TestAnswer]]
"""Tries every step and tells each trial as it ends. Raises McpTuiError."""


class TrialDialog(Dialog[None]):
    """Shows a trial under way, then who was fastest and cheapest."""

    BINDINGS = keys.bindings("dialog", only=("close",))
    DEFAULT_CSS = """
    TrialDialog #dialog-box { width: 92; }
    TrialDialog Static { height: auto; }
    """

    def __init__(self, combo: str, steps: Sequence[str], attempt: Try) -> None:
        super().__init__()
        self._combo = clean_line(combo, 60)
        self._steps: dict[str, StepTrial | None] = dict.fromkeys(steps)
        self._try = attempt
        self._lines = Static("", markup=False)
        self._verdict = Static(Content.styled("one small real call to each …", "$dim"), markup=False)

    def title_text(self) -> str:
        return f"Benchmark of {self._combo}"

    def keys_text(self) -> Content:
        return key_line(("esc", "stop and close"))

    def body(self) -> Iterable[Widget]:
        yield self._lines
        yield self._verdict

    def on_mount(self) -> None:
        self._draw()
        self._run()

    @work(group="trial", exit_on_error=False)
    async def _run(self) -> None:
        try:
            answer = await self._try(self._told)
        except McpTuiError as error:
            self._verdict.update(Content.assemble((error.message, "$text-error"), "\n", (error.hint, "$dim")))
        else:
            self._verdict.update(_verdict(answer))

    def _told(self, trial: StepTrial) -> None:
        self._steps[f"{trial.provider}/{trial.model}"] = trial
        self._draw()

    def _draw(self) -> None:
        names = max((len(clean_line(step, LONGEST_NAME)) for step in self._steps), default=0)
        width = self._lines.size.width or 60
        told = (line for step, trial in self._steps.items() for line in _lines(step, trial, names, width))
        self._lines.update(Content("\n").join(told))

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def action_close(self) -> None:
        # What it still waits for ends with it.
        self.dismiss(None)


def _lines(step: str, trial: StepTrial | None, names: int, width: int) -> list[Content]:
    """One step; an error that does not fit behind its name stands below it."""
    name = f"{clean_line(step, LONGEST_NAME):<{names}}  "
    if trial is None:
        return [Content.assemble(("… ", "$dim"), name, ("waiting", "$dim"))]
    if not trial.success:
        begun = Content.assemble(("✗ ", "$text-error"), name)
        return behind(begun, clean_line(trial.error, 200), "  ", width, "$text-error")
    first = f"first token {duration(trial.first_token_ms)}"
    took = f"{duration(trial.latency_ms):>8}  "
    good = Content.assemble(("✓ ", "$text-success"), name, took, (f"{first:<21}", "$dim"))
    return [good + Content(format_usd(trial.cost.microusd))]


def _verdict(answer: TestAnswer) -> Content:
    if not answer.fastest:
        return Content.styled("\nNone of them answered.", "$text-error")
    cheapest = answer.cheapest or CleanText("unknown")
    return Content.assemble(
        ("\nfastest ", "$dim"),
        answer.fastest,
        ("   cheapest ", "$dim"),
        cheapest,
        ("   cost in all ", "$dim"),
        format_usd(answer.cost.microusd),
    )
