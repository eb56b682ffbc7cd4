"""What is shown, as one fold over events: `State.apply` is the only code that changes it."""

from collections import deque
from dataclasses import dataclass, field
from typing import assert_never

from tui.domain import events as e
from tui.domain.gateway import GatewaySnapshot
from tui.domain.ids import AttemptId, CallId, ChatId, QuestionId, ServerName, TurnId
from tui.domain.questions import ApprovalQuestion, Question
from tui.domain.servers import Catalog, ServerStatus, error_result
from tui.domain.text import CleanText, clean_line
from tui.domain.transcript import AnyEntry, NoticeEntry, ReplyEntry, ToolEntry, UserEntry

LOG_LINES = 2_000
FRAMES = 2_000


@dataclass(slots=True)
class State:
    """Everything a screen can show. Lists and entries are changed in place; revisions tell what changed."""

    ready: bool = False
    target: str = ""
    target_note: CleanText = CleanText("")
    reached: str = ""
    """`provider/model` that answered last, of what was sent to `target`."""
    context_tokens: int | None = None
    context_used: int = 0
    context_left_out: int = 0
    tools_hash: str = ""
    chat_id: ChatId | None = None
    turn_id: TurnId | None = None
    """The running turn."""
    queued: tuple[CleanText, ...] = ()
    entries: list[AnyEntry] = field(default_factory=list)
    entries_epoch: int = 0
    """Grows when `entries` starts anew (another chat)."""
    servers: dict[ServerName, ServerStatus] = field(default_factory=dict)
    catalogs: dict[ServerName, Catalog] = field(default_factory=dict)
    questions: dict[QuestionId, Question] = field(default_factory=dict)
    gateway: GatewaySnapshot | None = None
    logs: deque[e.Logged | e.ServerLogged | e.NoticePosted] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    frames: deque[e.FrameSeen] = field(default_factory=lambda: deque(maxlen=FRAMES))
    resource_changes: dict[tuple[ServerName, CleanText], int] = field(default_factory=dict)
    """The watched resources, and how often each changed."""
    hand_progress: e.ToolProgressed | None = None
    """The newest progress of a call made by hand, which has no entry."""
    _replies: dict[AttemptId, ReplyEntry] = field(default_factory=dict)
    _calls: dict[CallId, ToolEntry] = field(default_factory=dict)
    _notices: int = 0

    def apply(self, event: e.Event) -> None:
        """Folds one event in."""
        match event:
            case e.EngineReady():
                self.ready, self.target, self.target_note = True, event.target, event.target_note
            case e.TargetChanged():
                self.reached = self.reached if event.target == self.target else ""
                self.target, self.context_tokens = event.target, event.context_tokens
            case e.ServerChanged():
                self.servers[event.status.name] = event.status
            case e.ServerRemoved():
                self._forget_server(event.name)
            case e.CatalogChanged():
                self.catalogs[event.catalog.server] = event.catalog
            case e.FrameSeen():
                self.frames.append(event)
            case e.ResourceWatched() | e.ResourceChanged():
                self._resource_moved(event)
            case e.ServerLogged() | e.Logged():
                self.logs.append(event)
            case e.NoticePosted():
                self.logs.append(event)
                self._notice(event.severity, event.text, event.hint, event.turn_id, at=event.at)
            case e.ChatOpened():
                self._open_chat(event)
            case e.UserSpoke():
                self.turn_id = event.turn_id
                self.entries.append(
                    UserEntry(key=event.message_id, turn_id=event.turn_id, at=event.at, parts=event.parts)
                )
            case e.MessageQueued():
                self.queued = event.waiting
            case e.ContextFitted():
                self._context_fitted(event)
            case e.AttemptBegan():
                self._attempt_began(event)
            case e.TextArrived() | e.ReasoningArrived():
                self._text_arrived(event)
            case e.AttemptFinished():
                self._attempt_finished(event)
            case e.FallbackHappened():
                self._fallback(event)
            case e.ToolCallRequested():
                self._call_requested(event)
            case e.ToolCallStarted() | e.ToolProgressed() | e.ToolCallFinished():
                self._call_moved(event)
            case e.TurnFinished():
                self._turn_finished(event)
            case e.QuestionAsked() | e.QuestionAnswered():
                self._question_moved(event)
            case e.GatewaySampled():
                self.gateway = event.snapshot
            case e.BreakerChanged():
                self._breaker_changed(event)
            case _:
                assert_never(event)

    def _forget_server(self, name: ServerName) -> None:
        self.servers.pop(name, None)
        self.catalogs.pop(name, None)
        for key in [key for key in self.resource_changes if key[0] == name]:
            del self.resource_changes[key]

    def _resource_moved(self, event: e.ResourceWatched | e.ResourceChanged) -> None:
        key = (event.server, event.uri)
        if isinstance(event, e.ResourceChanged):
            self.resource_changes[key] = self.resource_changes.get(key, 0) + 1
        elif event.on:
            self.resource_changes.setdefault(key, 0)
        else:
            self.resource_changes.pop(key, None)

    def _call_requested(self, event: e.ToolCallRequested) -> None:
        entry = ToolEntry(
            key=event.call_id,
            turn_id=event.turn_id,
            at=event.at,
            call_id=event.call_id,
            server=event.server,
            tool=event.tool,
            arguments_json=event.arguments_json,
        )
        self._calls[event.call_id] = entry
        self.entries.append(entry)

    def _question_moved(self, event: e.QuestionAsked | e.QuestionAnswered) -> None:
        if isinstance(event, e.QuestionAsked):
            self.questions[event.question.id] = event.question
            self._set_asking(event.question, True)
        elif question := self.questions.pop(event.question_id, None):
            self._set_asking(question, False)

    def _open_chat(self, event: e.ChatOpened) -> None:
        self.chat_id = event.chat_id
        self.entries, self._replies, self._calls = [], {}, {}
        self.entries_epoch += 1
        self.turn_id, self.queued, self.reached = None, (), ""
        self.context_used = self.context_left_out = 0

    def _context_fitted(self, event: e.ContextFitted) -> None:
        self.context_used, self.context_tokens = event.used_tokens, event.window_tokens
        self.tools_hash = event.tools_hash
        if event.left_out_messages and event.left_out_messages != self.context_left_out:
            text = f"{event.left_out_messages} earlier messages no longer fit the model's window and were left out"
            self._notice("info", CleanText(text), CleanText(""), event.turn_id, at=0.0)
        self.context_left_out = event.left_out_messages

    def _attempt_began(self, event: e.AttemptBegan) -> None:
        attempt = event.attempt
        entry = ReplyEntry(
            key=attempt.attempt_id,
            turn_id=event.turn_id,
            at=event.at,
            attempt_id=attempt.attempt_id,
            provider=clean_line(attempt.provider),
            model=clean_line(attempt.model),
            combo=clean_line(attempt.combo or ""),
        )
        self.reached = f"{attempt.provider}/{attempt.model}"
        self._replies[attempt.attempt_id] = entry
        self.entries.append(entry)

    def _text_arrived(self, event: e.TextArrived | e.ReasoningArrived) -> None:
        entry = self._replies.get(event.attempt_id)
        if entry is None:
            return
        (entry.fragments if isinstance(event, e.TextArrived) else entry.reasoning).append(event.text)
        entry.revision += 1

    def _attempt_finished(self, event: e.AttemptFinished) -> None:
        entry = self._replies.get(event.attempt.attempt_id)
        if entry is None:
            return
        attempt = event.attempt
        entry.streaming, entry.outcome, entry.failure = False, attempt.outcome, attempt.failure
        entry.reason, entry.usage, entry.cost = attempt.reason, attempt.usage, attempt.cost
        entry.latency_ms, entry.first_token_ms = attempt.latency_ms, attempt.first_token_ms
        entry.superseded = attempt.will_retry
        entry.revision += 1

    def _fallback(self, event: e.FallbackHappened) -> None:
        if event.turn_id is None:
            return
        self._notice("warning", CleanText(str(event)), CleanText(""), event.turn_id, at=event.at)

    def _call_moved(self, event: e.ToolCallStarted | e.ToolProgressed | e.ToolCallFinished) -> None:
        entry = self._calls.get(event.call_id)
        if entry is None:
            if isinstance(event, e.ToolProgressed):
                self.hand_progress = event
            return
        match event:
            case e.ToolCallStarted():
                entry.state, entry.started_at = "running", event.at
                if event.sent_json is not None:
                    entry.arguments_json, entry.edited = event.sent_json, True
            case e.ToolProgressed():
                entry.progress, entry.total, entry.progress_text = event.progress, event.total, event.message
            case e.ToolCallFinished():
                entry.state, entry.result, entry.result_tokens = "finished", event.result, event.result_tokens
        entry.revision += 1

    def _turn_finished(self, event: e.TurnFinished) -> None:
        if self.turn_id == event.turn_id:
            self.turn_id = None
        said = False
        for entry in reversed(self.entries):
            if isinstance(entry, UserEntry) and entry.turn_id == event.turn_id:
                break
            if entry.turn_id != event.turn_id:
                continue
            if isinstance(entry, ReplyEntry) and entry.streaming:
                entry.streaming, entry.outcome, entry.reason = False, event.outcome, event.reason
                entry.revision += 1
            elif isinstance(entry, ToolEntry) and entry.state != "finished":
                entry.state, entry.result = "finished", error_result("cancelled", CleanText("the turn ended first"))
                entry.revision += 1
            said |= isinstance(entry, ReplyEntry) and entry.outcome != "complete" and entry.reason == event.reason
        # The reply that failed says why below its own words; what is left to say is the next step.
        text = event.hint if said else event.reason or CleanText(event.outcome)
        if event.outcome == "complete" or not text:
            return
        severity: e.Severity = "info" if said else "error" if event.outcome == "failed" else "warning"
        self._notice(severity, text, CleanText("") if said else event.hint, event.turn_id, at=event.at)

    def _breaker_changed(self, event: e.BreakerChanged) -> None:
        text = f"{event.provider} {event.old.replace('_', '-')} → {event.new.replace('_', '-')}"
        if event.new == "OPEN" and event.seconds_to_probe is not None:
            text += f", next probe in {event.seconds_to_probe:.0f} s"
        if event.reason:
            text += f": {event.reason}"
        severity: e.Severity = "warning" if event.new == "OPEN" else "info"
        told = self._last_news(subject := clean_line(f"breaker {event.provider}"))
        if told is None:
            self._notice(severity, clean_line(text), CleanText(""), self.turn_id, at=event.at, subject=subject)
            return
        told.severity, told.text, told.at = severity, clean_line(text), event.at
        told.times += 1
        told.revision += 1

    def _last_news(self, subject: CleanText) -> NoticeEntry | None:
        """Returns the notice about `subject` that stands below everything else that was said."""
        for entry in reversed(self.entries):
            if not isinstance(entry, NoticeEntry):
                return None
            if entry.subject == subject:
                return entry
        return None

    def _set_asking(self, question: Question, asking: bool) -> None:
        entry = self._calls.get(question.call_id) if isinstance(question, ApprovalQuestion) else None
        if entry and entry.state in ("requested", "asking"):
            entry.state = "asking" if asking else "requested"
            entry.revision += 1

    def _notice(
        self,
        severity: e.Severity,
        text: CleanText,
        hint: CleanText,
        turn_id: TurnId | None,
        *,
        at: float,
        subject: CleanText | None = None,
    ) -> None:
        self._notices += 1
        key = f"notice_{self._notices}"
        self.entries.append(
            NoticeEntry(key=key, turn_id=turn_id, at=at, severity=severity, text=text, hint=hint, subject=subject)
        )
