"""`mcp-tui doctor`: checks the installation, the settings, the store, the keys, every endpoint and every server."""

import asyncio
import platform
import sys
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal

from tui import __version__
from tui.cli.addressing import not_started
from tui.cli.invocation import Invocation
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.domain.errors import McpTuiError
from tui.domain.gateway import ProviderSpec
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean_line
from tui.engine import Engine
from tui.ui.format import duration


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    outcome: Literal["ok", "failed", "skipped"]
    detail: CleanText
    next_step: CleanText = CleanText("")


def check_everything(call: Invocation) -> int:
    """Prints every check; 3 when an endpoint or a server cannot be reached."""
    settings, paths, output = call.settings, call.paths, call.output
    checks = _installation(settings, paths)

    async def verb(engine: Engine) -> int:
        # With what the start added: the gateway in use, model servers on this machine.
        known = engine.parts.settings.providers
        providers = [_check(f"provider {spec.name}", _provider(engine, spec)) for spec in known]
        servers = [_check(f"server {spec.name}", _server(engine, spec)) for spec in settings.servers]
        checks.extend(await asyncio.gather(*providers, *servers))
        if not known and not settings.demo:
            checks.append(_no_provider())
        return 3 if any(check.outcome == "failed" for check in checks) else 0

    code = call.on_engine(verb, not_started(settings))
    if output.as_json:
        output.document({"ok": code == 0, "checks": checks})
        return code
    signs = {"ok": "●", "failed": "✗", "skipped": "–"}
    output.table([(signs[check.outcome], check.outcome, check.name, check.detail) for check in checks])
    for check in checks:
        if check.next_step:
            output.say(f"{check.name}: {check.next_step}")
    return code


def _installation(settings: Settings, paths: Paths) -> list[Check]:
    python = f"{platform.python_version()} at {sys.executable}"
    files = ", ".join(str(path) for path in settings.sources) or f"none read; {paths.config_file} would be"
    return [
        Check("mcp-tui", "ok", clean_line(f"{__version__}, Python {python}")),
        Check("configuration", "ok", clean_line(files)),
        Check("data", "ok", clean_line(paths.data)),
        Check("logs", "ok", clean_line(paths.logs)),
    ]


def _no_provider() -> Check:
    return Check(
        "provider",
        "skipped",
        CleanText("no model endpoint is configured, in the environment or on this machine"),
        CleanText("Set OPENROUTER_API_KEY or OPENAI_API_KEY, start Ollama, or try `mcp-tui --demo`."),
    )


async def _check(name: str, looking: Awaitable[CleanText]) -> Check:
    try:
        return Check(name, "ok", await looking)
    except McpTuiError as error:
        return Check(name, "failed", error.message, error.hint)


async def _provider(engine: Engine, spec: ProviderSpec) -> CleanText:
    models = await engine.parts.gateway.fetch_models(spec.name)
    return clean_line(f"{spec.base_url} answers with {len(models)} models")


async def _server(engine: Engine, spec: ServerSpec) -> CleanText:
    report = await engine.servers.examine(spec.name)
    if report.healthy:
        return clean_line(" → ".join(f"{stage.name} {duration(stage.duration_ms)}" for stage in report.stages))
    failed = next(stage for stage in report.stages if stage.outcome == "failed")
    raise McpTuiError(f"{failed.name}: {failed.detail}", report.hint)
