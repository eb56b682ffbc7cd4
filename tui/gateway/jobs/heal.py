"""Watches breakers and, by rule, lets another provider take over sooner and moves chats to a chain that works."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tui.domain.completion import TaskType
from tui.domain.errors import NotExposedError
from tui.domain.gateway import EMBEDDED
from tui.domain.gateway_answers import ComboView, HealthAnswer
from tui.domain.gateway_jobs import HealAction, HealAnswer, HealRule
from tui.domain.text import CleanText, clean_line
from tui.gateway.contract import Gateway

RECORD = "jobs/heal"
"""Where what was changed is kept, so that it can be taken back after a restart."""


_BROKEN = "There is no more that the rule does here."
_NOTES = {"ok": "Nothing to do.", "degraded": _BROKEN, "down": _BROKEN, "unknown": "How it is could not be seen."}
"""What is said of each verdict when nothing was done."""


class Chats(Protocol):
    """Where chats are sent; orders to it raise McpTuiError."""

    @property
    def target(self) -> str: ...

    async def set_target(self, target: str) -> None: ...


@dataclass(slots=True)
class Healer:
    """One pass looks, decides and acts; `in_force` is what it changed and has not taken back."""

    rule: HealRule
    in_force: tuple[HealAction, ...] = ()

    async def heal(self, gateway: Gateway, chats: Chats, task: TaskType) -> HealAnswer:
        """Does what the rule says about what is broken now. What was done before an error is `in_force` too."""
        health = await gateway.health()
        troubles, known = _troubles(health), len(self.in_force)
        await self._hasten(gateway, troubles)
        await self._move(gateway, chats, task)
        done = self.in_force[known:]
        note = "" if done else _NOTES[health.verdict]
        stay = chats_stay(gateway.name) if troubles else ""
        return HealAnswer(health.verdict, troubles, done, self.in_force, clean_line(f"{note} {stay}"))

    async def undo(self, gateway: Gateway, chats: Chats) -> HealAnswer:
        """Takes back what was changed, newest first; what somebody changed again since is left alone.

        A profile of another gateway than `gateway` stays in force until that one is in use.
        """
        health = await gateway.health()
        undone = []
        for action in [one for one in reversed(self.in_force) if one.kind == "target" or one.gateway == gateway.name]:
            if await _taken_back(action, gateway, chats):
                undone.append(_reversed(action))
            self.in_force = tuple(one for one in self.in_force if one is not action)
        elsewhere = " and ".join(dict.fromkeys(one.gateway for one in self.in_force))
        note = "" if undone else "There was nothing to take back."
        if elsewhere:
            note = f"What was changed at {elsewhere} is taken back from there: use that gateway first."
        return HealAnswer(health.verdict, _troubles(health), tuple(undone), self.in_force, clean_line(note))

    async def _hasten(self, gateway: Gateway, troubles: Sequence[CleanText]) -> None:
        """Something is broken: give up on it sooner, so that the others carry the load."""
        if not troubles:
            return
        try:
            before = (await gateway.resilience()).settings.profile
            if before in (None, self.rule.profile):
                return
            await gateway.resilience(self.rule.profile)
        except NotExposedError:
            return
        self.in_force += (HealAction("profile", str(before), self.rule.profile, troubles[0], gateway.name),)

    async def _move(self, gateway: Gateway, chats: Chats, task: TaskType) -> None:
        """The chain that chats go to has no way left, or not its first one: the best chain for the task takes over."""
        try:
            combos = {combo.name: combo for combo in (await gateway.combos()).combos}
            sick = next((combo for name, combo in combos.items() if name == chats.target), None)
            if sick is None or _works(sick):
                return
            best = (await gateway.best(task)).recommended
        except NotExposedError:
            return
        if best is None or best.combo == sick.name or best.combo not in combos:
            return
        before = chats.target
        await chats.set_target(best.combo)
        closed = next((step for step in sick.steps if not step.open), None)
        reason = clean_line(f"{closed.step}: {closed.reason}" if closed else f"{sick.name} is switched off")
        self.in_force += (HealAction("target", before, str(best.combo), reason, gateway.name),)


def chats_stay(gateway: str) -> str:
    """Returns why chats are not moved, empty with the gateway in here: only there can another chain be chosen."""
    return "" if gateway == EMBEDDED else f"Chats stay where they go: {gateway} itself chooses among what is behind it."


def _works(combo: ComboView) -> bool:
    """Whether its requests are answered by the place that is to answer them."""
    return combo.enabled and bool(combo.steps) and combo.steps[0].open


def _troubles(health: HealthAnswer) -> tuple[CleanText, ...]:
    return health.reasons if health.verdict in ("degraded", "down") else ()


async def _taken_back(action: HealAction, gateway: Gateway, chats: Chats) -> bool:
    match action.kind:
        case "profile":
            if (await gateway.resilience()).settings.profile != action.after:
                return False
            # What a profile is called is a text only in the record of it.
            await gateway.resilience(action.before)  # type: ignore[arg-type]
        case "target":
            if chats.target != action.after:
                return False
            await chats.set_target(action.before)
    return True


def _reversed(action: HealAction) -> HealAction:
    return replace(action, before=action.after, after=action.before, reason=CleanText("taken back"))
