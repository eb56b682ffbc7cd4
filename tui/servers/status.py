"""One server's status as it changes; every change is published."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from mcp import Client

from tui.domain.clock import Clock
from tui.domain.events import Event, ServerChanged
from tui.domain.servers import ServerSpec, ServerState, ServerStatus
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.trust.identity import masked_target

ISSUE_CAP = 50
NOTHING = CleanText("")


class LiveStatus:
    """Holds the current `ServerStatus` and publishes its successors."""

    def __init__(self, spec: ServerSpec, publish: Callable[[Event], None], clock: Clock) -> None:
        self._publish = publish
        self._clock = clock
        self._latencies: deque[float] = deque(maxlen=200)
        self.said_version = ""
        self.said_instructions = ""
        """What the server said of itself, as it said it: untrusted."""
        self.now = ServerStatus(
            name=spec.name,
            transport=spec.transport,
            state="idle",
            target=masked_target(spec),
            origin=clean_line(spec.origin),
            trusted=spec.trusted,
            since=clock.wall(),
        )

    def move(
        self,
        state: ServerState,
        error: CleanText = NOTHING,
        hint: CleanText = NOTHING,
        retry_at: float | None = None,
    ) -> None:
        """Enters a state."""
        pid = self.now.pid if state in ("connecting", "ready") else None
        self._become(
            replace(self.now, state=state, error=error, hint=hint, retry_at=retry_at, pid=pid, since=self._clock.wall())
        )

    def started(self, pid: int) -> None:
        """Notes the process."""
        self._become(replace(self.now, pid=pid))

    def greeted(self, client: Client) -> None:
        """Notes what the server said about itself."""
        info = client.server_info
        title = f"{info.title or info.name} {info.version}" if info else ""
        self.said_version = info.version if info else ""
        self.said_instructions = client.instructions or ""
        self._become(
            replace(
                self.now,
                era=clean_line(client.protocol_version, 40),
                title=clean_line(title, 120),
                version=clean_line(self.said_version, 60),
                instructions=clean(client.instructions or "", 20_000),
            )
        )

    def offers(self, tool_count: int) -> None:
        """Notes how many tools there are."""
        self._become(replace(self.now, tool_count=tool_count))

    def awaits(self, definitions: int) -> None:
        """Notes how many definitions wait for the person's consent."""
        self._become(replace(self.now, awaiting=definitions))

    def trust(self) -> None:
        """Notes the person's consent."""
        self._become(replace(self.now, trusted=True))

    def issue(self, text: str) -> None:
        """Notes something repaired, dropped or odd; the same sentence counts once."""
        issue = clean_line(text, 200)
        if issue not in self.now.issues and len(self.now.issues) < ISSUE_CAP:
            self._become(replace(self.now, issues=(*self.now.issues, issue)))

    def forget_issues(self) -> None:
        """Starts anew, before the server is opened again."""
        self.now = replace(self.now, issues=())

    def called(self, duration_ms: int, failed: bool) -> None:
        """Counts one call."""
        self._latencies.append(duration_ms)
        self._become(
            replace(
                self.now,
                calls=self.now.calls + 1,
                call_errors=self.now.call_errors + failed,
                p50_ms=round(median(self._latencies)),
            )
        )

    def _become(self, status: ServerStatus) -> None:
        if status != self.now:
            self.now = status
            self._publish(ServerChanged(status))
