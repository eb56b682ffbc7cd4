"""Files, environment and command line become one `Settings`; the first mistake is told and nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast, get_args

from tui.config.decode import Table
from tui.config.discover import describe, providers_from_environment
from tui.config.gateways import chosen_gateway, gateways_of
from tui.config.known import KNOWN_PROVIDERS, origin_of
from tui.config.paths import Paths
from tui.config.providers import combos_of, providers_of
from tui.config.schema import ApproveMode, ChatSettings, PolicySettings, ServeSettings, Settings, UiSettings
from tui.config.servers import (
    COMMAND_LINE,
    command_spec,
    is_named,
    named_url_spec,
    servers_of,
    with_own_name,
)
from tui.config.source import Source, read_json, read_toml
from tui.config.vocabulary import BUDGET, CHAT, POLICY, RESILIENCE, SERVE, TOP, UI, Key
from tui.domain.errors import UsageError
from tui.domain.gateway import BudgetSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ProviderName, ServerName
from tui.domain.money import MicroUsd, microusd_from_usd
from tui.domain.servers import ServerSpec


@dataclass(frozen=True, slots=True)
class Options:
    """What was chosen on the command line; None and empty mean that nothing was said."""

    config: str | Path | None = None
    servers: tuple[str, ...] = ()
    """`[NAME=]COMMAND ARGS…`"""
    urls: tuple[str, ...] = ()
    """`[NAME=]URL`"""
    base_url: str | None = None
    api_key_env: str | None = None
    model: str | None = None
    combo: str | None = None
    gateway: str | None = None
    demo: bool = False
    approve: str | None = None
    max_cost: str | float | Decimal | None = None
    """US dollars."""
    tool_choice: str | None = None


def load_settings(paths: Paths, environ: Mapping[str, str], options: Options) -> Settings:
    """Returns the settings of this run. Raises ConfigError or UsageError; writes nothing, starts nothing."""
    source = _config_source(paths, options)
    top = Table(source, source.data) if source else Table(Source(paths.config_file, "", {}), {})
    top.check_names(TOP)
    json_source = read_json(paths.mcp_file) if paths.mcp_file.exists() else None
    providers, found = _providers(top, environ, options)
    gateways = gateways_of(top, environ, providers)
    max_cost = _max_cost(options)
    return Settings(
        providers=tuple(providers),
        combos=tuple(combos_of(top, [provider.name for provider in providers])),
        gateways=tuple(gateways),
        gateway=chosen_gateway(top, options.gateway, [gateway.name for gateway in gateways]),
        servers=tuple(_servers(top, json_source, environ, options)),
        chat=_chat(top, providers, options),
        policy=_policy(top, options),
        budget=BudgetSpec(**_section(top, "budget", BUDGET)).at_most(max_cost),
        max_cost_microusd=max_cost,
        resilience=_section(top, "resilience", RESILIENCE).get("profile", "balanced"),
        ui=UiSettings(**_section(top, "ui", UI)),
        serve=_serve(top),
        demo=options.demo,
        sources=tuple(each.path for each in (source, json_source) if each),
        found=tuple(found),
    )


def _config_source(paths: Paths, options: Options) -> Source | None:
    if options.config:
        return read_toml(Path(options.config).expanduser())
    return read_toml(paths.config_file) if paths.config_file.exists() else None


def _section(top: Table, name: str, vocabulary: Sequence[Key]) -> dict[str, Any]:
    table = top.table(name)
    return table.read(vocabulary) if table else {}


def _serve(top: Table) -> ServeSettings:
    table = top.table("serve")
    if table is None:
        return ServeSettings()
    values = table.read(SERVE)
    directories = tuple(_from_home(each) for each in values.pop("files", ()))
    for directory in directories:
        if not directory.is_absolute():
            raise table.error("files", f"must hold whole paths, not {str(directory)!r}.", "Write it from / or from ~.")
    return ServeSettings(files=directories, **values)


def _from_home(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _providers(top: Table, environ: Mapping[str, str], options: Options) -> tuple[list[ProviderSpec], list[str]]:
    """What was typed comes first, then the file; the environment is looked at only when neither names any."""
    providers = providers_of(top, environ)
    if options.base_url:
        typed = _typed_provider(options.base_url, options)
        return [typed, *(each for each in providers if each.name != typed.name)], []
    if options.api_key_env:
        raise UsageError("--api-key-env needs --base-url.", "Name the endpoint the key belongs to.")
    if providers or options.demo:
        return providers, []
    found = providers_from_environment(environ)
    return found, [describe(provider) for provider in found]


def _typed_provider(base_url: str, options: Options) -> ProviderSpec:
    origin = origin_of(base_url)
    name, key_env = "endpoint", options.api_key_env
    for known_name, known in KNOWN_PROVIDERS.items():
        if origin_of(known.base_url) == origin:
            name, key_env = known_name, key_env or known.api_key_env
            break
    model = (options.model or "").removeprefix(f"{name}/")
    return ProviderSpec(
        ProviderName(name),
        base_url,
        api_key_env=key_env,
        models=(ModelSpec(model),) if model else (),
        origin=COMMAND_LINE,
        key_chosen=bool(options.api_key_env),
    )


def _chat(top: Table, providers: Sequence[ProviderSpec], options: Options) -> ChatSettings:
    chat = ChatSettings(**_section(top, "chat", CHAT))
    if options.model and options.combo:
        raise UsageError("--model and --combo exclude each other.", "Give the one that chats shall go to.")
    if options.model:
        chat = replace(chat, target=_target(options.model, providers, options))
    elif options.combo:
        chat = replace(chat, target=options.combo)
    elif options.base_url:
        # The file's model belongs to the file's providers, not to the endpoint that was typed.
        chat = replace(chat, target="")
    return replace(chat, tool_choice=options.tool_choice) if options.tool_choice else chat


def _target(model: str, providers: Sequence[ProviderSpec], options: Options) -> str:
    """A bare model's name, or any model of `--base-url`, gets its provider put before it."""
    if providers and (options.base_url or (len(providers) == 1 and "/" not in model)):
        return f"{providers[0].name}/{model.removeprefix(f'{providers[0].name}/')}"
    return model


def _policy(top: Table, options: Options) -> PolicySettings:
    policy = PolicySettings(**_section(top, "policy", POLICY))
    if not options.approve:
        return policy
    if options.approve not in get_args(ApproveMode):
        raise UsageError(f"--approve {options.approve!r}: not one of {', '.join(get_args(ApproveMode))}.")
    return replace(policy, approve=cast("ApproveMode", options.approve))


def _max_cost(options: Options) -> MicroUsd | None:
    if options.max_cost is None:
        return None
    try:
        cost = microusd_from_usd(options.max_cost)
    except (InvalidOperation, ValueError, OverflowError):
        cost = MicroUsd(-1)
    if cost < 0:
        raise UsageError(f"--max-cost {options.max_cost!r} is no amount of US dollars.", "Write it like 0.50.")
    return cost


def _servers(top: Table, json_source: Source | None, environ: Mapping[str, str], options: Options) -> list[ServerSpec]:
    """The command line's servers replace the files' of the same name; two files must not name the same one."""
    typed: list[ServerSpec] = []
    for text, read in [(text, command_spec) for text in options.servers] + [
        (text, named_url_spec) for text in options.urls
    ]:
        spec = read(text)
        taken = {each.name for each in typed}
        if is_named(text) and spec.name in taken:
            raise UsageError(f"Two servers are called {spec.name!r}.", "Give each a name: NAME=COMMAND.")
        typed.append(replace(spec, name=with_own_name(spec.name, taken)))
    table = top.table("servers")
    filed = servers_of(table, environ) if table else []
    if json_source:
        filed += _json_servers(json_source, environ, {spec.name for spec in filed})
    return [*(spec for spec in filed if spec.name not in {each.name for each in typed}), *typed]


def _json_servers(source: Source, environ: Mapping[str, str], taken: set[ServerName]) -> list[ServerSpec]:
    table = Table(source, source.data)
    key = "servers" if "servers" in source.data and "mcpServers" not in source.data else "mcpServers"
    table.check_names([key], also=("inputs", "$schema"))
    servers = table.table(key)
    specs = servers_of(servers, environ) if servers else []
    for spec in specs:
        if spec.name in taken:
            raise source.error((key, spec.name), "is in config.toml as well.", "Keep it in one of the two files.")
    return specs
