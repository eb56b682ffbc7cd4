"""`mcp-tui audit`: who was served what, and whether the record is whole."""

from dataclasses import replace
from datetime import datetime

from tui.cli.headless import Verb
from tui.cli.invocation import Invocation
from tui.domain.audit import AuditEntry, AuditStats
from tui.domain.errors import UsageError
from tui.domain.money import format_usd
from tui.engine import Engine


def list_calls(call: Invocation) -> int:
    """Prints the newest served calls."""
    if call.given.limit < 1:
        raise UsageError(f"--limit cannot be {call.given.limit}.", "Give a number of calls, such as 50.")

    async def verb(engine: Engine) -> int:
        entries = await engine.audit.recent(call.given.limit)
        if call.output.as_json:
            call.output.document({"calls": entries})
            return 0
        if not entries:
            call.output.say("Nothing was served yet.")
        call.output.table([_row(entry) for entry in entries])
        return 0

    return _on_store(call, verb)


def _row(entry: AuditEntry) -> tuple[str, ...]:
    one = entry.call
    return (
        str(entry.seq),
        datetime.fromtimestamp(one.at).strftime("%Y-%m-%d %H:%M:%S"),
        one.caller,
        one.tool,
        one.outcome,
        "?" if one.duration_ms is None else f"{one.duration_ms} ms",
        format_usd(one.cost.microusd),
        one.transport,
    )


def show_stats(call: Invocation) -> int:
    """Prints the served calls in figures."""

    async def verb(engine: Engine) -> int:
        stats = await engine.audit.stats()
        if call.output.as_json:
            call.output.document(stats)
        else:
            call.output.table(_figures(stats))
        return 0

    return _on_store(call, verb)


def _figures(stats: AuditStats) -> list[tuple[str, ...]]:
    rate = "?" if stats.success_rate is None else f"{100 * stats.success_rate:.1f} %"
    average = "?" if stats.average_ms is None else f"{stats.average_ms} ms"
    unknown = f", {stats.unknown_costs} of unknown cost" if stats.unknown_costs else ""
    return [
        ("calls", str(stats.calls)),
        ("succeeded", rate),
        ("refused", str(stats.refused)),
        *([("not ended", str(stats.unended))] if stats.unended else []),
        ("average time", average),
        ("cost", f"{format_usd(stats.cost_microusd)}{unknown}"),
        *((count.tool, str(count.calls)) for count in stats.tools),
    ]


def verify(call: Invocation) -> int:
    """Checks the chain; the exit code is 1 when it is broken."""

    async def verb(engine: Engine) -> int:
        verdict = await engine.audit.verify()
        if call.output.as_json:
            call.output.document(verdict)
        elif verdict.whole:
            call.output.text(f"The audit is whole: {verdict.entries} rows.")
        else:
            call.output.text(f"The audit is broken: {verdict.trouble}")
        return 0 if verdict.whole else 1

    return _on_store(call, verb)


def _on_store(call: Invocation, verb: Verb) -> int:
    return call.on_engine(verb, replace(call.settings, servers=()))
