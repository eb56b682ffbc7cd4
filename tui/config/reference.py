"""The reference of configuration files as Markdown, made from the vocabulary that reads them."""

from collections.abc import Sequence

from tui.config.known import KNOWN_PROVIDERS
from tui.config.vocabulary import (
    BUDGET,
    CHAT,
    COMBO,
    GATEWAY,
    GENERAL,
    MODEL,
    OAUTH,
    POLICY,
    PROVIDER,
    RESILIENCE,
    SERVE,
    SERVER,
    UI,
    Key,
    Kind,
)

_INTRODUCTION = """\
# Configuration

`config.toml` lies in the configuration directory (`mcp-tui doctor` names it), or wherever `--config` says. Every key is
optional unless it says otherwise. A mistake is told with file, line and key, and nothing runs until it is corrected.

`mcp.json` beside it holds servers in the shape other MCP clients use: `{"mcpServers": {"NAME": {…}}}`. A server from
either file is started only after your consent to exactly that definition; what you type on the command line needs none.
"""
_SECTIONS: Sequence[tuple[str, str, Sequence[Key]]] = (
    ("at the top", "Above all tables.", GENERAL),
    ("[[providers]]", "An OpenAI-compatible endpoint.", PROVIDER),
    (
        "models = [{ … }] in [[providers]]",
        'What is known of a provider\'s models; a bare `"ID"` in the list names one of which nothing is.',
        MODEL,
    ),
    ("[[combos]]", "A chain of models with fallback.", COMBO),
    ("[[gateways]]", "A gateway outside this program, which answers in place of the one in here.", GATEWAY),
    ("[chat]", "How a turn runs.", CHAT),
    ("[budget]", "Limits on spending.", BUDGET),
    ("[resilience]", "Retries, timeouts and breakers together.", RESILIENCE),
    ("[servers.NAME]", "An MCP server: `command` for stdio, `url` for a remote one.", SERVER),
    (
        "oauth = { … } in [servers.NAME]",
        "How to sign in at a remote server, where that is not found out by itself.",
        OAUTH,
    ),
    ("[policy]", "What may run without a question.", POLICY),
    ("[ui]", "How it looks.", UI),
    ("[serve]", "What callers of `mcp-tui serve` may have read for them.", SERVE),
)
_KINDS: dict[Kind, str] = {
    "text": "text",
    "number": "number",
    "usd": "US dollars",
    "integer": "whole number",
    "integers": "list of whole numbers",
    "flag": "true or false",
    "texts": "list of texts",
    "mapping": "table of texts",
    "dotted": "table of texts",
}


def reference() -> str:
    """Returns the whole document."""
    sections = [_section(*section) for section in _SECTIONS]
    return "\n".join([_INTRODUCTION, *sections, _known_providers()])


def _section(title: str, about: str, keys: Sequence[Key]) -> str:
    rows = [f"| `{key.name}` | {_type(key)} | {key.help}{' Required.' if key.required else ''} |" for key in keys]
    return "\n".join([f"## `{title}`\n\n{about}\n", "| key | value | meaning |", "|---|---|---|", *rows, ""])


def _type(key: Key) -> str:
    if not key.choices:
        return _KINDS[key.kind]
    choices = ", ".join(f"`{choice}`" for choice in key.choices)
    return f"list of {choices}" if key.kind == "texts" else choices


def _known_providers() -> str:
    rows = [
        f"| `{name}` | {known.base_url} | {f'`{known.api_key_env}`' if known.api_key_env else 'none'} |"
        for name, known in KNOWN_PROVIDERS.items()
    ]
    about = "A provider of one of these names needs no `base_url`; at its own address it finds its key by itself.\n"
    return "\n".join(["## Known providers\n", about, "| name | address | key variable |", "|---|---|---|", *rows, ""])
