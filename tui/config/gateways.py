"""Gateways outside this program, as a configuration file names them, and the one of them that is used."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from tui.config.decode import Table
from tui.config.known import KNOWN_PROVIDERS, origin_of
from tui.config.variables import Expansion
from tui.config.vocabulary import GATEWAY, GENERAL, TOP
from tui.domain.errors import ConfigError, UsageError
from tui.domain.gateway import EMBEDDED, GatewayKind, GatewaySpec, ProviderSpec
from tui.domain.text import clean_line

LONGEST_NAME = 40


def gateways_of(top: Table, environ: Mapping[str, str], providers: Sequence[ProviderSpec]) -> list[GatewaySpec]:
    """Returns the `[[gateways]]`. Raises ConfigError, also when a provider elsewhere has the name already."""
    gateways: list[GatewaySpec] = []
    for table in top.tables("gateways"):
        spec = _gateway(table, environ)
        if spec.name == EMBEDDED or any(spec.name == other.name for other in gateways):
            raise table.error("name", f"{spec.name!r} is used twice, or the gateway in here.", "Give it another name.")
        for provider in providers:
            if provider.name == spec.name and provider.base_url.rstrip("/") != spec.provider.base_url:
                raise table.error("name", f"{spec.name!r} is a provider at another address.", "Rename one of them.")
        gateways.append(spec)
    return gateways


def chosen_gateway(top: Table, typed: str | None, known: Collection[str]) -> str:
    """Returns the gateway in use, empty for the one in here. Raises UsageError or ConfigError for an unknown name."""
    named: str = typed or top.read(GENERAL, also=TOP).get("gateway") or EMBEDDED
    if named in (EMBEDDED, *known):
        return "" if named == EMBEDDED else named
    near = difflib.get_close_matches(named, known, 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join((EMBEDDED, *known))}."
    if typed:
        raise UsageError(f"--gateway {typed!r}: no gateway is called so.", hint)
    raise top.error("gateway", f"{named!r} is none of the [[gateways]].", hint)


def _gateway(table: Table, environ: Mapping[str, str]) -> GatewaySpec:
    values = table.read(GATEWAY)
    name, kind = values.pop("name"), cast("GatewayKind", values.pop("kind"))
    if "/" in name or not name.strip():
        raise table.error("name", "must not be empty or have a slash.", "`gateway/model` needs the slash.")
    if clean_line(name, LONGEST_NAME) != name:
        hint = "It is shown and typed as it stands here."
        raise table.error("name", f"must be one line of at most {LONGEST_NAME} plain characters.", hint)
    known = None if kind == "openai" else KNOWN_PROVIDERS[kind]
    if known is None and "url" not in values:
        raise table.source.error(table.keys, "lacks 'url'.", "An endpoint of kind `openai` has no usual address.")
    url = str(values.pop("url", known.base_url if known else "")).rstrip("/")
    origin = _checked_origin(table, url)
    chosen = "api_key_env" in values
    # A usual variable belongs to the usual address: a key only ever goes where it was entered for.
    if known and not chosen and not values.get("keyring") and origin == origin_of(known.base_url):
        values["api_key_env"] = known.api_key_env
    _check_fit(table, kind, values)
    expansion = Expansion(table, environ)
    values["headers"] = expansion.mapping("headers", values.get("headers", {}))
    values["secrets"] = expansion.secrets
    return GatewaySpec(name, kind, url if kind == "openai" else url.removesuffix("/v1"), key_chosen=chosen, **values)


def _checked_origin(table: Table, url: str) -> str:
    try:
        return origin_of(url)
    except ConfigError as error:
        raise table.error("url", f": {error.message}", error.hint) from None


def _check_fit(table: Table, kind: GatewayKind, values: Mapping[str, Any]) -> None:
    if values.get("mcp_server") and kind != "omniroute":
        raise table.error("mcp_server", f"means nothing to a gateway of kind {kind!r}.", "Only OmniRoute has one.")
