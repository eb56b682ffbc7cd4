"""Gets a call approved: what a person sees is the frozen text, and that very object is what is sent."""

import asyncio
from dataclasses import dataclass, field

from tui.chat.arguments import FrozenCall, canonical
from tui.chat.guard import Subject, Taint, has_side_effects
from tui.chat.policy import Standing, decide
from tui.chat.ports import Gatekeeper, Toolbox, ToolRules
from tui.config.schema import PolicySettings
from tui.domain.errors import CallError
from tui.domain.ids import CallId, QuestionId, TurnId, new_id
from tui.domain.questions import Answer, ApprovalAnswer, ApprovalQuestion
from tui.domain.servers import ToolInfo, ToolResult, error_result
from tui.domain.text import CleanText, clean_line


@dataclass(slots=True)
class Grants:
    """The tools a person allowed for this session; questions that wait for the same tool fall away."""

    _granted: dict[tuple[str, Subject], asyncio.Event] = field(default_factory=dict)
    """By the server's launch too: another server may take its name."""

    def event(self, tool: ToolInfo) -> asyncio.Event:
        """Returns what is set once the tool is allowed."""
        return self._granted.setdefault((tool.launch, (tool.server, tool.name)), asyncio.Event())

    def has(self, tool: ToolInfo) -> bool:
        """Returns whether the tool is allowed."""
        return self.event(tool).is_set()


class Approver:
    """Decides about the calls of one turn by rule, else by asking."""

    def __init__(
        self,
        *,
        toolbox: Toolbox,
        gatekeeper: Gatekeeper,
        rules: ToolRules,
        policy: PolicySettings,
        grants: Grants,
        taint: Taint,
        turn_id: TurnId,
    ) -> None:
        self._toolbox = toolbox
        self._gatekeeper = gatekeeper
        self._rules = rules
        self._policy = policy
        self._grants = grants
        self._taint = taint
        self._turn_id = turn_id

    async def approve(self, call_id: CallId, frozen: FrozenCall) -> FrozenCall | ToolResult:
        """Returns the call that may be sent (another one after an edit), or the result that says why none may."""
        remark, draft = "", None
        while True:
            tool = frozen.tool
            standing = self._standing(tool)
            decision = decide(tool, self._policy, standing)
            if decision.rule == "allow":
                return frozen
            if decision.rule == "deny":
                return error_result("denied", CleanText(f"Not allowed: {decision.reason}."))
            reason = self._reason(remark or decision.reason, tool, standing)
            answer = await self._asked(call_id, frozen, reason, draft, always=bool(standing.carries_out))
            if answer is None:
                continue
            if not (isinstance(answer, ApprovalAnswer) and answer.choice == "edit"):
                return await self._answered(frozen, answer)
            draft = answer.arguments_json or ""
            try:
                return await self._edited(frozen, draft)
            except CallError as error:
                remark = f"your change was not accepted: {error.message}"

    async def _answered(self, frozen: FrozenCall, answer: Answer) -> FrozenCall | ToolResult:
        if not isinstance(answer, ApprovalAnswer) or answer.choice == "deny":
            reason = answer.reason if isinstance(answer, ApprovalAnswer) else ""
            return error_result("denied", CleanText(f"The person said no. {reason}".strip()))
        if answer.choice == "always":
            await self._rules.set_tool_rule(frozen.tool, "allow")
        if answer.choice in ("always", "session"):
            self._grants.event(frozen.tool).set()
        return frozen

    def _standing(self, tool: ToolInfo) -> Standing:
        believed = self._toolbox.believed(tool.server)
        return Standing(
            believed=believed,
            stored=self._rules.tool_rule(tool),
            granted=self._grants.has(tool),
            carries_out=self._taint.carries_out(tool, believed=believed),
        )

    def _reason(self, reason: str, tool: ToolInfo, standing: Standing) -> CleanText:
        read = self._taint.last_read()
        if read and has_side_effects(tool, believed=standing.believed):
            reason = f"{reason}; requested right after reading {read}"
        return clean_line(reason)

    async def _asked(
        self, call_id: CallId, frozen: FrozenCall, reason: CleanText, draft: str | None, *, always: bool
    ) -> Answer | None:
        """Asks and waits; None when the tool was allowed for the session meanwhile (unless `always`)."""
        tool = frozen.tool
        question = ApprovalQuestion(
            QuestionId(new_id("question")),
            self._turn_id,
            call_id,
            tool.server,
            clean_line(tool.name),
            frozen.arguments_json,
            reason,
            destructive=tool.destructive or not self._toolbox.believed(tool.server),
            draft_json=draft,
        )
        if always:
            return await self._gatekeeper.ask(question)
        asking = asyncio.ensure_future(self._gatekeeper.ask(question))
        granted = asyncio.ensure_future(self._grants.event(tool).wait())
        try:
            await asyncio.wait({asking, granted}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else None
        finally:
            asking.cancel()
            granted.cancel()

    async def _edited(self, frozen: FrozenCall, arguments_json: str) -> FrozenCall:
        edited = FrozenCall(frozen.tool, canonical(arguments_json))
        problem = await self._toolbox.check_arguments(edited.tool, edited.arguments())
        if problem:
            raise CallError(problem)
        return edited
