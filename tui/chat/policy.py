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

    believed: bool
    """The server's own words about its tools count: see `Toolbox.believed`, `PolicySettings.believes`."""
    stored: ToolRule | None = None
    """What the person decided for good."""
    granted: bool = False
    """The person allowed the tool for this session."""
    carries_out: CleanText = CleanText("")
    """What was read in this turn and could be given away by the call."""


def decide(tool: ToolInfo, policy: PolicySettings, standing: Standing) -> Decision:
    """Returns what applies: the first of the person's rules, then session grants, then believed read-only tools.

    What the person wrote down stands; a grant and a server's own word do not cover a call that could carry data out.
    A server nobody chose to believe never makes a call run unasked, whatever it says of its tools.
    """
    decision = _by_rules(tool, policy, standing)
    if decision.rule == "deny":
        return decision
    side_effects = has_side_effects(tool, believed=standing.believed)
    if policy.approve == "read-only" and side_effects:
        return Decision("deny", CleanText("this run allows only read-only tools"))
    if decision.rule == "allow" or policy.approve == "ask":
        return decision
    if policy.approve == "all":
        return Decision("allow", CleanText("this run allows every call"))
    return Decision("deny", CleanText(f"it needs approval ({decision.reason}) and this run approves nothing"))


def _by_rules(tool: ToolInfo, policy: PolicySettings, standing: Standing) -> Decision:
    server_rule = policy.servers.get(tool.server)
    rules: tuple[tuple[ToolRule | None, str], ...] = (
        (standing.stored, "your stored rule for this tool"),
        (policy.tools.get(f"{tool.server}.{tool.name}"), "the configuration's rule for this tool"),
        (None if server_rule == "read-only" else server_rule, "the configuration's rule for this server"),
    )
    rule, reason = next(((rule, reason) for rule, reason in rules if rule is not None), (None, ""))
    if rule is not None and not (rule == "ask" and standing.granted):
        return Decision(rule, CleanText(reason))
    if standing.carries_out:
        return Decision("ask", clean_line(f"could carry what {standing.carries_out} returned to {tool.server}"))
    if standing.granted:
        return Decision("allow", CleanText("allowed for this session"))
    if not has_side_effects(tool, believed=standing.believed):
        return Decision("allow", CleanText("read-only tool of a server that is believed"))
    if tool.read_only:
        return Decision("ask", CleanText("says it is read-only, which only you can know"))
    return Decision("ask", CleanText("not known to be read-only"))
