"""A minimal app around a transcript, and entries to show in it."""

from textual.app import App, ComposeResult

from tests.fakes.clock import FakeClock
from tui.domain.completion import Usage
from tui.domain.ids import AttemptId, CallId, ServerName, TurnId
from tui.domain.messages import TextPart
from tui.domain.money import Cost, MicroUsd
from tui.domain.servers import TextBlock, ToolResult
from tui.domain.text import clean
from tui.domain.transcript import AnyEntry, NoticeEntry, ReplyEntry, ToolEntry, UserEntry
from tui.ui.theme import VARIABLE_DEFAULTS
from tui.ui.widgets.transcript.transcript import Transcript

TURN = TurnId("turn_1")


class TranscriptApp(App[None]):
    """Shows a transcript and keeps what it posts."""

    def __init__(self, entries: list[AnyEntry] | None = None) -> None:
        super().__init__()
        self.entries = entries or []
        self.clock = FakeClock()
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield Transcript(clock=self.clock)

    def on_mount(self) -> None:
        self.transcript.focus()
        self.show()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def show(self, epoch: int = 0) -> None:
        self.transcript.sync(self.entries, epoch)

    def screen_lines(self) -> list[str]:
        """Returns the lines in view as text, without the gutter."""
        return [line[2:].rstrip() for line in self.painted_lines()]

    def painted_lines(self) -> list[str]:
        """Returns the lines in view as they are painted."""
        return [strip.text for strip in self.transcript.render_lines(self.transcript.size.region)]

    def on_transcript_copy_requested(self, message: Transcript.CopyRequested) -> None:
        self.posted.append(message.text)

    def on_transcript_write_requested(self, message: Transcript.WriteRequested) -> None:
        self.posted.append((message.suggested_name, message.text))

    def on_transcript_open_requested(self, message: Transcript.OpenRequested) -> None:
        self.posted.append(message.entry_key)


def user(text: str, key: str = "user_1", at: float = 0.0) -> UserEntry:
    return UserEntry(key=key, turn_id=TURN, at=at, parts=(TextPart(clean(text)),))


def reply(text: str = "", key: str = "attempt_1", *, streaming: bool = False) -> ReplyEntry:
    return ReplyEntry(
        key=key,
        turn_id=TURN,
        at=0.0,
        attempt_id=AttemptId(key),
        provider=clean("groq"),
        model=clean("llama-3.3-70b"),
        combo=clean(""),
        fragments=[clean(text)] if text else [],
        streaming=streaming,
        outcome=None if streaming else "complete",
        usage=None if streaming else Usage(912, 81),
        cost=None if streaming else Cost(MicroUsd(600), "reported"),
        latency_ms=None if streaming else 1_400,
    )


def arrive(entry: ReplyEntry, text: str) -> None:
    """Adds text as the fold does."""
    entry.fragments.append(clean(text))
    entry.revision += 1


def call(arguments_json: str = '{"path": "logs"}', key: str = "call_1", result: ToolResult | None = None) -> ToolEntry:
    return ToolEntry(
        key=key,
        turn_id=TURN,
        at=0.0,
        call_id=CallId(key),
        server=ServerName("filesystem"),
        tool=clean("read_text_file"),
        arguments_json=arguments_json,
        state="finished" if result else "running",
        started_at=None if result else 0.0,
        result=result,
        result_tokens=512 if result else 0,
    )


def text_result(text: str, duration_ms: int = 132) -> ToolResult:
    return ToolResult("ok", (TextBlock(clean(text)),), duration_ms=duration_ms, size=len(text))


def notice(text: str, hint: str = "", key: str = "notice_1") -> NoticeEntry:
    return NoticeEntry(key=key, turn_id=None, at=0.0, severity="warning", text=clean(text), hint=clean(hint))
