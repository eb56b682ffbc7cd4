"""The record of a connection check: its stages, what each found, and the report made of them."""

from dataclasses import dataclass, field
from typing import Literal

from tui.domain.clock import Clock
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.log import ServerLog
from tui.servers.trust.identity import masked_target

StageOutcome = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the check."""

    name: str
    outcome: StageOutcome
    detail: CleanText
    duration_ms: int | None = None
    """None when the step was not taken."""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What the check found; `dataclasses.asdict` gives plain JSON values."""

    server: ServerName
    target: CleanText
    healthy: bool
    stages: tuple[Stage, ...]
    failed_stage: str | None = None
    hint: CleanText = CleanText("")
    """The next step; empty when healthy."""
    era: CleanText = CleanText("")
    title: CleanText = CleanText("")
    issues: tuple[CleanText, ...] = ()
    stderr_tail: tuple[CleanText, ...] = ()


@dataclass
class Examination:
    """A check under way: the stages so far and what was learnt on the way."""

    spec: ServerSpec
    clock: Clock
    log: ServerLog
    stages: list[Stage] = field(default_factory=list)
    issues: list[CleanText] = field(default_factory=list)
    hint: CleanText = CleanText("")
    era: CleanText = CleanText("")
    title: CleanText = CleanText("")
    return_code: int | None = None
    since: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether a stage failed."""
        return any(stage.outcome == "failed" for stage in self.stages)

    def mark(self) -> None:
        """Starts the clock of the next stage."""
        self.since = self.clock.monotonic()

    def passed(self, name: str, detail: str) -> None:
        """Notes a stage that worked."""
        self._add(name, "ok", clean_line(detail, 300))

    def broke(self, name: str, detail: str, hint: str) -> None:
        """Notes the stage where it stops."""
        self._add(name, "failed", clean_line(detail, 400))
        self.hint = clean(hint)

    def _add(self, name: str, outcome: StageOutcome, detail: CleanText) -> None:
        self.stages.append(Stage(name, outcome, detail, round((self.clock.monotonic() - self.since) * 1000)))
        self.mark()

    def issue(self, text: str) -> None:
        """Notes something odd that stopped nothing."""
        self.issues.append(clean_line(text, 200))

    def report(self) -> DoctorReport:
        """Returns the finished report; stages never reached are `skipped`."""
        failed = next((stage.name for stage in self.stages if stage.outcome == "failed"), None)
        taken = {stage.name for stage in self.stages}
        skipped = [Stage(name, "skipped", CleanText("")) for name in plan(self.spec) if name not in taken]
        return DoctorReport(
            server=self.spec.name,
            target=masked_target(self.spec),
            healthy=failed is None,
            stages=(*self.stages, *skipped),
            failed_stage=failed,
            hint=self.hint,
            era=self.era,
            title=self.title,
            issues=tuple(dict.fromkeys(self.issues)),
            stderr_tail=self.log.tail,
        )


def plan(spec: ServerSpec) -> tuple[str, ...]:
    """Returns the names of all stages, in order."""
    reach = ("start",) if spec.transport == "stdio" else ("connect", "encrypt") if is_https(spec) else ("connect",)
    return ("resolve", *reach, "greet", "tools", "prompts", "resources", "resource templates")


def is_https(spec: ServerSpec) -> bool:
    """Returns whether the server is reached over TLS."""
    return spec.url.lower().startswith("https:")
