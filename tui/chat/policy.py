"""Whether a call may run, must be asked for or must not run, each with the reason that is shown."""

from dataclasses import dataclass

from tui.chat.guard import has_side_effects
from tui.config.schema import PolicySettings, ToolRule
from tui.domain.servers import ToolInfo
from tui.domain.text import CleanText, clean_line


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that applies and why."""

    rule: ToolRule
    reason: CleanText


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a call besides the settings."""

    trusted: bool
    """The person trusts the server's own words about its tools."""
    stored: ToolRule | None = None
    """What the person decided for good."""
    granted: bool = False
    """The person allowed the tool for this session."""
    carries_out: CleanText = CleanText("")
    """What was read in this turn and could be given away by the call."""


def decide(tool: ToolInfo, policy: PolicySettings, standing: Standing) -> Decision:
    """Returns what applies: the first of the person's rules, then session grants, then trusted read-only tools.

    What the person wrote down stands; a grant and a server's own word do not cover a call that could carry data out.
    """
    decision = _by_rules(tool, policy, standing)
    if decision.rule == "deny":
        return decision
    side_effects = has_side_effects(tool, trusted=standing.trusted)
    if policy.approve == "read-only" and side_effects:
        return Decision("deny", CleanText("this run allows only read-only tools of trusted servers"))
    if decision.rule == "allow" or policy.approve == "ask":
        return decision
    if policy.approve == "all":
        return Decision("allow", CleanText("this run allows every call"))
    return Decision("deny", CleanText(f"it needs approval ({decision.reason}) and this run approves nothing"))


def _by_rules(tool: ToolInfo, policy: PolicySettings, standing: Standing) -> Decision:
    rules = (
        (standing.stored, "your stored rule for this tool"),
        (policy.tools.get(f"{tool.server}.{tool.name}"), "the configuration's rule for this tool"),
        (policy.servers.get(tool.server), "the configuration's rule for this server"),
    )
    rule, reason = next(((rule, reason) for rule, reason in rules if rule is not None), (None, ""))
    if rule is not None and not (rule == "ask" and standing.granted):
        return Decision(rule, CleanText(reason))
    if standing.carries_out:
        return Decision("ask", clean_line(f"could carry what {standing.carries_out} returned to {tool.server}"))
    if standing.granted:
        return Decision("allow", CleanText("allowed for this session"))
    if not has_side_effects(tool, trusted=standing.trusted):
        return Decision("allow", CleanText("read-only tool of a trusted server"))
    if tool.read_only:
        return Decision("ask", CleanText("says it is read-only, but the server is not trusted"))
    return Decision("ask", CleanText("not known to be read-only"))
