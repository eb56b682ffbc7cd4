"""What all views of the gateway share: questions asked again while somebody looks, and how fresh the answers are."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.domain.errors import McpTuiError, NotExposedError
from tui.domain.messages import Json
from tui.domain.state import State
from tui.engine import Engine
from tui.ui import keys
from tui.ui.screens.live import LiveScreen
from tui.ui.widgets.frame.action_line import ActionLine
from tui.ui.widgets.gateway.reading import Reading
from tui.ui.widgets.gateway.view_foot import ViewFoot

T = TypeVar("T")
AGAIN_S = 10.0
"""How soon a question that failed is asked again at the latest."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a view wants to know, and the seconds after which it asks again."""

    name: str
    every_s: float
    ask: Callable[[], Awaitable[object]]
    """Raises McpTuiError."""


class GatewayView(Vertical):
    """Subclasses compose `body`, say what they ask in `questions`, draw in `draw`, and name their keys' area."""

    AREA: ClassVar[str] = ""
    FOLLOWS_SAMPLES: ClassVar[bool] = False
    """Draws each sample of the gateway as well, not only answers."""
    DEFAULT_CSS = """
    GatewayView { height: 1fr; width: 100%; }
    GatewayView RowList { padding: 0 1; }
    """

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(id=self.AREA)
        self.engine = engine
        self.state = state
        self._readings: dict[str, Reading[Any]] = {}
        self._asked_at: dict[str, float] = {}
        self._asking: set[str] = set()
        self._gateway = ""
        self._foot = ViewFoot()

    def compose(self) -> ComposeResult:
        yield from self.body()
        yield self._foot
        everywhere = (action for action in keys.actions("gateway") if action.method in ("again", "other", "add"))
        yield ActionLine((*(action for action in keys.actions(self.AREA) if action.shown), *everywhere), self)

    # --- what a subclass says

    def body(self) -> ComposeResult:
        """Yields what stands above the foot."""
        raise NotImplementedError

    def questions(self) -> Sequence[Question]:
        """Returns what the view wants to know as it is now; the first one's age stands in the foot."""
        raise NotImplementedError

    def draw(self) -> None:
        """Hands readings and state to the widgets."""
        raise NotImplementedError

    def twin(self) -> str:
        """Returns the command line that prints the same."""
        raise NotImplementedError

    def enter(self) -> None:
        """Puts the focus where a person begins."""
        raise NotImplementedError

    def tick(self) -> None:
        """Once a second while in view: whatever counts down. Asking and the foot are looked after."""

    # --- asking

    def reading(self, name: str, kind: type[T]) -> Reading[T]:
        """Returns the newest answer to a question; `kind` is what it answers with."""
        found = self._readings.get(name, Reading())
        return cast("Reading[T]", found if found.answer is None or isinstance(found.answer, kind) else Reading())

    def refresh_due(self) -> None:
        """Asks what is due, and shows ages as they are now."""
        self._forget_another_gateway()
        if self.state.ready:
            now = self.engine.clock.monotonic()
            for question in self.questions():
                asked_at = self._asked_at.get(question.name)
                reading = self._readings.get(question.name, Reading())
                every_s = min(question.every_s, AGAIN_S) if reading.trouble else question.every_s
                if asked_at is None or (reading.exposed and now - asked_at >= every_s):
                    self.ask_once(question)
        self._show_foot()
        self.tick()

    def action_again(self) -> None:
        """Asks everything at once."""
        for question in self.questions():
            self.ask_once(question)

    def ask_once(self, question: Question) -> None:
        """Asks now, unless that is being asked already."""
        if question.name not in self._asking:
            self._asked_at[question.name] = self.engine.clock.monotonic()
            self._asking.add(question.name)
            self.run_worker(self._ask(question, self._gateway), group=f"ask {question.name}", exit_on_error=False)

    async def _ask(self, question: Question, gateway: str) -> None:
        before: Reading[Any] = self._readings.get(question.name, Reading())
        try:
            answer = await question.ask()
        except McpTuiError as error:
            reading = before.failed(error.message, exposed=not isinstance(error, NotExposedError))
        else:
            reading = before.answered(answer, self.engine.clock.wall() - _told_s_ago(answer))
        finally:
            self._asking.discard(question.name)
        # What another gateway said in the meantime is not this one's answer.
        if gateway in ("", self._gateway):
            self._readings[question.name] = reading
            if self.is_mounted:
                self.draw()
                self._show_foot()

    def _forget_another_gateway(self) -> None:
        before, now = self._gateway, self.state.gateway.gateway if self.state.gateway else ""
        self._gateway = now or before
        if before and self._gateway != before:
            self._readings.clear()
            self._asked_at.clear()
            self._asking.clear()

    def _show_foot(self) -> None:
        first = next(iter(self.questions()), None)
        reading = self._readings.get(first.name, Reading()) if first else Reading()
        self._foot.show(reading, self.twin(), self.engine.clock.wall())

    # --- ordering

    @property
    def live(self) -> LiveScreen:
        """The screen around it, which carries orders out and says when one is refused."""
        return cast("LiveScreen", self.screen)

    async def operate(self, name: str, arguments: Mapping[str, Json] | None = None) -> object:
        """Asks an operation of the gateway."""
        return await self.engine.gateway.operate(name, arguments or {})

    def order(self, command: Awaitable[object]) -> None:
        """Has a command carried out, then asks everything anew."""

        async def carried_out() -> None:
            await command
            self.action_again()

        self.live.order(carried_out())


def _told_s_ago(answer: object) -> float:
    """How old an answer already is: of a gateway outside that is silent, or not asked each time, its last word."""
    witnesses = getattr(answer, "witnesses", ())
    spoke = (one for one in witnesses if one.standing == "relied on" or (one.standing == "silent" and not one.fact))
    return max((one.age_s for one in spoke if one.age_s), default=0.0)
