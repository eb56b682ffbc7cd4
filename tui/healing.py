"""Heals the gateway in use when a person asked for it: once, or for as long as they let it watch."""

import asyncio
from collections.abc import Awaitable, Callable

from tui.aim import Aim
from tui.domain.clock import Clock
from tui.domain.completion import TaskType
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, NoticePosted, Severity
from tui.domain.gateway_jobs import HealAction, HealAnswer, HealRule
from tui.domain.jsonable import jsonable
from tui.domain.text import CleanText, clean_line
from tui.gateway.jobs.heal import RECORD, Healer, chats_stay
from tui.gateway.ports import GatewayStore
from tui.gateway.switchboard import Switchboard

PASS_S = 5.0
UNDO_HINT = CleanText("“Job: heal undo” in the palette takes it back.")


class Healing:
    """Every action is announced and kept on disk, so that it can be taken back, by a later run too."""

    def __init__(
        self,
        gateways: Switchboard,
        aim: Aim,
        store: GatewayStore,
        *,
        publish: Callable[[Event], None],
        clock: Clock,
        rule: HealRule | None = None,
    ) -> None:
        self._gateways = gateways
        self._aim = aim
        self._store = store
        self._publish = publish
        self._clock = clock
        self._healer = Healer(rule or HealRule())
        self._read = False
        self._one_at_a_time = asyncio.Lock()
        self._watched = asyncio.Event()
        self._task: TaskType = "coding"
        self._well_since: float | None = None

    @property
    def watching(self) -> bool:
        """Whether it looks again by itself."""
        return self._watched.is_set()

    async def heal(self, task: TaskType, *, watch: bool) -> HealAnswer:
        """Does what the rule says now; `watch` goes on until `undo`, or until all was well for a while."""
        answer = await self._kept(lambda: self._healer.heal(self._gateways.current, self._aim, task))
        self._task = task
        if watch:
            self._well_since = None
            self._watched.set()
        return answer

    async def undo(self) -> HealAnswer:
        """Stops watching and takes back what was changed."""
        self._watched.clear()
        return await self._taken_back()

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Looks every five seconds while it is to watch; never ends by itself."""
        failed = False
        while True:
            await self._watched.wait()
            try:
                await self.look()
                failed = False
            except McpTuiError as error:
                if not failed:
                    self._say("warning", f"Healing could not look at the gateway: {error.message}", error.hint)
                failed = True
            await sleep(PASS_S)

    async def look(self) -> None:
        """One pass of the watch: heals, or takes all back once the gateway has been well for long enough."""
        answer = await self.heal(self._task, watch=False)
        if answer.verdict != "ok":
            self._well_since = None
            return
        now = self._clock.monotonic()
        self._well_since = now if self._well_since is None else self._well_since
        if answer.in_force and now - self._well_since >= self._healer.rule.calm_s:
            await self._taken_back()

    async def _taken_back(self) -> HealAnswer:
        answer = await self._kept(lambda: self._healer.undo(self._gateways.current, self._aim))
        for action in answer.done:
            self._say("info", _told(action))
        return answer

    async def _kept(self, work: Callable[[], Awaitable[HealAnswer]]) -> HealAnswer:
        async with self._one_at_a_time:
            await self._recall()
            before = self._healer.in_force
            try:
                return await work()
            finally:
                # Also what was done before an error is there to be taken back.
                await self._record(before)

    async def _record(self, before: tuple[HealAction, ...]) -> None:
        now = self._healer.in_force
        for action in now[len(before) :]:
            self._say("info", _told(action), f"{UNDO_HINT} {chats_stay(action.gateway)}".strip())
        if now != before:
            await self._store.save(RECORD, [jsonable(action) for action in now])

    async def _recall(self) -> None:
        """What an earlier run changed and did not take back."""
        if self._read:
            return
        self._read = True
        kept = await self._store.load(RECORD)
        found = (_action(item) for item in (kept if isinstance(kept, list) else ()))
        self._healer.in_force = tuple(action for action in found if action)

    def _say(self, severity: Severity, text: str, hint: str = "") -> None:
        self._publish(NoticePosted(severity, clean_line(text), CleanText(hint), at=self._clock.wall()))


def _action(item: object) -> HealAction | None:
    match item:
        case {
            "kind": "profile" | "target" as kind,
            "before": str(before),
            "after": str(after),
            "reason": str(reason),
            "gateway": str(gateway),
        }:
            return HealAction(kind, before, after, clean_line(reason), gateway)
    return None


def _told(action: HealAction) -> str:
    what = "resilience" if action.kind == "profile" else "chats go to"
    return f"Healing: {what} {action.before} → {action.after} ({clean_line(action.reason, 90)})"
