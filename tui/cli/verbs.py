"""Which function carries out which verb. Each is imported when its verb is typed: the app needs none of the others."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.cli.invocation import Invocation

VERBS: dict[tuple[str | None, str | None], str] = {
    (None, None): "app.open_app",
    ("ask", None): "ask.ask",
    ("conformance-client", None): "conformance.run",
    ("doctor", None): "doctor.check_everything",
    ("gateway", None): "gateway.operate",
    ("job", None): "job.do_job",
    ("gateways", None): "gateways.list_gateways",
    ("providers", "list"): "providers.list_providers",
    ("providers", "add"): "providers.add",
    ("providers", "test"): "providers.test",
    ("providers", "remove"): "providers.remove",
    ("servers", "list"): "servers.list_servers",
    ("servers", "doctor"): "servers.examine",
    ("servers", "add"): "servers.add",
    ("servers", "remove"): "servers.remove",
    ("servers", "trust"): "trust.trust",
    ("servers", "sign-in"): "sign_in.sign_in",
    ("servers", "sign-out"): "sign_in.sign_out",
    ("servers", "import"): "imports.import_servers",
    ("tools", "list"): "catalog.list_tools",
    ("tools", "show"): "catalog.show_tool",
    ("tools", "call"): "catalog.call_tool",
    ("tools", "enable"): "trust.enable",
    ("tools", "disable"): "trust.disable",
    ("resources", "list"): "catalog.list_resources",
    ("resources", "read"): "catalog.read_resource",
    ("resources", "watch"): "watch.watch_resource",
    ("prompts", "list"): "catalog.list_prompts",
    ("prompts", "get"): "catalog.get_prompt",
    ("keys", "set"): "keys.set_key",
    ("keys", "remove"): "keys.remove_key",
    ("sessions", "list"): "sessions.list_sessions",
    ("sessions", "show"): "sessions.print_session",
    ("sessions", "export"): "sessions.print_session",
    ("sessions", "delete"): "sessions.delete_session",
    ("serve", None): "serve.serve",
    ("serve", "keys"): "serve.keep_keys",
    ("audit", "list"): "audit.list_calls",
    ("audit", "stats"): "audit.show_stats",
    ("audit", "verify"): "audit.verify",
}
"""Verb and action → `module.function` in `tui.cli`."""


def function_of(verb: str | None, action: str | None) -> "Callable[[Invocation], int]":
    """Returns the function; it takes the invocation and returns the exit code."""
    module, _, name = VERBS[verb, action].partition(".")
    function: Callable[[Invocation], int] = getattr(import_module(f"tui.cli.{module}"), name)
    return function
