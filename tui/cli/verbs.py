"""Which function carries out which verb."""

from collections.abc import Callable

from tui.cli import catalog, gateway, keys, servers, sessions
from tui.cli.app import open_app
from tui.cli.ask import ask
from tui.cli.doctor import check_everything
from tui.cli.invocation import Invocation

VERBS: dict[tuple[str | None, str | None], Callable[[Invocation], int]] = {
    (None, None): open_app,
    ("ask", None): ask,
    ("doctor", None): check_everything,
    ("gateway", None): gateway.operate,
    ("servers", "list"): servers.list_servers,
    ("servers", "doctor"): servers.examine,
    ("servers", "add"): servers.add,
    ("servers", "remove"): servers.remove,
    ("servers", "trust"): servers.trust,
    ("tools", "list"): catalog.list_tools,
    ("tools", "show"): catalog.show_tool,
    ("tools", "call"): catalog.call_tool,
    ("resources", "list"): catalog.list_resources,
    ("resources", "read"): catalog.read_resource,
    ("prompts", "list"): catalog.list_prompts,
    ("prompts", "get"): catalog.get_prompt,
    ("keys", "set"): keys.set_key,
    ("sessions", "list"): sessions.list_sessions,
    ("sessions", "show"): sessions.print_session,
    ("sessions", "export"): sessions.print_session,
    ("sessions", "delete"): sessions.delete_session,
}
