"""`mcp-tui servers trust` and `mcp-tui tools enable|disable`: what a server may do and what a model is told of."""

from tui.cli.addressing import only_server, settled_server, split_name
from tui.cli.invocation import Invocation
from tui.cli.output import Output
from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import ServerStatus
from tui.domain.trust import Change, DefinitionReview, DiffPiece
from tui.engine import Engine

_MARKS: dict[Change, str] = {"same": "  ", "gone": "- ", "new": "+ "}
_SHOWN_CHARS = 20_000


def trust(call: Invocation) -> int:
    """Stores the consent to a server's exact definition, starts it once and agrees to what it says; 3 if it fails."""
    name, output = ServerName(call.given.name), call.output
    chosen = only_server(call.settings, name)

    async def verb(engine: Engine) -> int:
        pool = engine.parts.pool
        launch = await engine.servers.launch_review(name)
        for change, line in launch.lines:
            output.say(f"{_MARKS[change] if launch.known else '  '}{line}")
        for caution in launch.cautions:
            output.say(f"! {caution}")
        await engine.servers.trust(name)
        status = await settled_server(engine, name)
        if status.state == "ready":
            reviews = await pool.waiting_definitions(name)
            _tell(output, reviews)
            await pool.accept_definitions(name)
            output.done(f"{name} may run from now on, and a model is told what it says: {status.target}")
            return 0
        output.done(f"{name} may run from now on: {status.target}")
        return _not_read(output, status)

    return call.on_engine(verb, chosen)


def enable(call: Invocation) -> int:
    """Tells the model of a tool again, or of a server's tools."""
    return _switch(call, True)


def disable(call: Invocation) -> int:
    """No longer tells the model of a tool, or of any of a server's tools."""
    return _switch(call, False)


def _switch(call: Invocation, on: bool) -> int:
    address: str = call.given.tool
    whole = any(spec.name == address for spec in call.settings.servers)
    server, tool = (ServerName(address), "") if whole else split_name(address, call.settings.servers)

    async def verb(engine: Engine) -> int:
        status = None
        if tool:
            status = await settled_server(engine, server)
        if status is not None and status.state != "ready":
            raise UsageError(
                f"{server} is {status.state}, so it is not known whether it has a tool {tool!r}.",
                status.hint or f"`mcp-tui servers doctor {server}` tells which stage fails.",
            )
        await engine.servers.switch_tool(server, tool, on)
        call.output.done(f"The model is {'told of' if on else 'no longer told of'} {address}.")
        return 0

    return call.on_engine(verb, only_server(call.settings, server))


def _tell(output: Output, reviews: tuple[DefinitionReview, ...]) -> None:
    for review in reviews:
        output.say(f"\n{review.kind} {review.name}".rstrip())
        for flag in review.flags:
            output.say(f"! {flag}")
        output.say(_diff_text(review.diff)[:_SHOWN_CHARS])


def _diff_text(diff: tuple[DiffPiece, ...]) -> str:
    """Words that left stand in [-…-], words that came in {+…+}, as `git diff --word-diff` writes them."""
    if len(diff) == 1:
        return diff[0][1].rstrip()
    spelled = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(spelled[change].format(text) for change, text in diff).rstrip()


def _not_read(output: Output, status: ServerStatus) -> int:
    if status.state == "disabled":
        output.say("It is disabled; what it says will be asked about when it is first started.")
        return 0
    output.say(f"mcp-tui: it is {status.state}: {status.error or status.hint}")
    output.say("  What it says could not be read, so no model is told of it yet. Run this again when it starts.")
    return 3
