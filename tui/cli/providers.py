"""`mcp-tui providers`: list, add, test, remove."""

from dataclasses import replace

from tui.cli.invocation import Invocation
from tui.config.discover import ENVIRONMENT
from tui.config.edit import add_providers, remove_provider
from tui.config.new_provider import new_provider
from tui.domain.errors import UsageError
from tui.domain.gateway import ProviderSpec
from tui.engine import Engine
from tui.ui.format import plural

_KEYS = {"none": "needs no key", "ok": "has a key", "missing": "has no key"}


def list_providers(call: Invocation) -> int:
    """Prints each provider with its address, key and breaker; asks none of them."""

    async def verb(engine: Engine) -> int:
        snapshot = await engine.parts.gateway.snapshot()
        specs = {spec.name: spec for spec in engine.parts.settings.providers}
        if call.output.as_json:
            # Headers may hold secrets.
            shown = [replace(spec, headers={}, secrets=()) for spec in specs.values()]
            call.output.document({"providers": shown, "health": snapshot.providers})
            return 0
        if not specs:
            call.output.say("No provider is known. Add one: mcp-tui providers add groq")
        call.output.table([_row(specs[one.name], one.credential, one.breaker.state) for one in snapshot.providers])
        return 0

    return call.on_engine(verb, replace(call.settings, servers=()))


def _row(spec: ProviderSpec, credential: str, breaker: str) -> tuple[str, ...]:
    key = _KEYS.get(credential, credential.replace("_", " "))
    if credential == "missing" and spec.api_key_env:
        key = f"has no key: set {spec.api_key_env}"
    return spec.name, breaker, spec.base_url, key, plural(len(spec.models), "configured model"), spec.origin


def add(call: Invocation) -> int:
    """Writes a provider into config.toml; no network is touched."""
    given = call.given
    name: str = given.name
    spec = new_provider(
        name, getattr(given, "base_url", None) or "", getattr(given, "api_key_env", None) or "", keyring=given.keyring
    )
    if any(one.name == name and one.origin != ENVIRONMENT for one in call.settings.providers):
        raise UsageError(f"{name!r} exists already.", f"`mcp-tui providers remove {name}` first.")
    # Once the file names a provider it is the whole list; what the environment named stays usable.
    found = [one for one in call.settings.providers if one.origin == ENVIRONMENT and one.name != name]
    add_providers(call.paths, [*found, spec])
    with_it = f" with {', '.join(one.name for one in found)} from the environment" if found else ""
    then = f"mcp-tui keys set {name}" if spec.keyring else f"mcp-tui providers test {name}"
    call.output.done(f"Added {name}{with_it} to {call.paths.config_file}. Next: {then}")
    return 0


def test(call: Invocation) -> int:
    """Tries a provider out by listing its models; a known name needs no configuration. 3 when it failed."""
    name: str = call.given.name
    spec = next((one for one in call.settings.providers if one.name == name), None) or new_provider(name)

    async def verb(engine: Engine) -> int:
        seen = await engine.gateway.test_provider(spec)
        if call.output.as_json:
            call.output.document({"provider": name, **{key: getattr(seen, key) for key in ("ok", "summary", "hint")}})
        else:
            call.output.text("\n".join(part for part in (seen.summary, seen.hint) if part))
        return 0 if seen.ok else 3

    return call.on_engine(verb, replace(call.settings, servers=()))


def remove(call: Invocation) -> int:
    """Takes a provider out of config.toml."""
    remove_provider(call.paths, call.given.name)
    call.output.done(f"Removed {call.given.name} from {call.paths.config_file}.")
    return 0
