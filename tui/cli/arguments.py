"""What may stand on the command line. Importing this costs nothing: `--help` and `--version` load no SDK."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui import __version__
from tui.cli.grammar import Grammar
from tui.cli.serve_arguments import add_audit, add_serve

if TYPE_CHECKING:
    from tui.cli.grammar import Verbs

TABLE_VERBS = ("gateway", "job")
EPILOG = """exit codes: 0 done · 1 the call or the turn failed · 2 usage or configuration · 3 could not connect ·
4 refused by policy or budget · 5 partial answer · 130 interrupted"""


def parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Returns the grammar of the command line, without that of the verbs when `words` can only open the app."""
    shared = shared_options()
    root: argparse.ArgumentParser = Grammar(
        prog="mcp-tui",
        description="MCP servers, chat with tools and the model gateway on one screen; verbs work without a screen.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    root.add_argument("--version", action="version", version=f"mcp-tui {__version__}")
    root.add_argument(
        "--resume", nargs="?", const="last", default="", metavar="ID", help="open the last chat, or this one"
    )
    root.add_argument(
        "--reset-terminal", action="store_true", help="repair a terminal that a killed program left broken"
    )
    verbs = root.add_subparsers(dest="verb", metavar="VERB", title="verbs (without one, the app opens)")
    options = root._option_string_actions.keys() - {"-h", "--help"}
    # Forty verbs would be a fiftieth of the time until the first paint.
    if words is None or any(word.partition("=")[0] not in options for word in words):
        _add_verbs(verbs, shared)
    return root


def _add_verbs(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    _add_ask(verbs, shared)
    _add_servers(verbs, shared)
    _add_tools(verbs, shared)
    _add_resources(verbs, shared)
    _add_prompts(verbs, shared)
    _add_sessions(verbs, shared)
    _add_providers(verbs, shared)
    _add_keys(verbs, shared)
    add_serve(verbs, shared)
    add_audit(verbs, shared)
    # What follows these has a grammar of its own (`tui.cli.operations`), made from a table.
    verbs.add_parser("gateway", add_help=False, help="health, cost, models, routes …: `mcp-tui gateway --help`")
    verbs.add_parser("job", add_help=False, help="heal, batch, benchmark, post-mortem, cheapest: `mcp-tui job --help`")
    verbs.add_parser("gateways", parents=[shared], help="the gateways that can be used, and how each is")
    verbs.add_parser("doctor", parents=[shared], help="check the installation, the settings, the keys and every server")
    # Without help it is not listed: it serves the conformance suite, not a person.
    verbs.add_parser("conformance-client").add_argument("url")


def shared_options() -> argparse.ArgumentParser:
    """Returns the options that every verb takes, before or behind it."""
    # SUPPRESS keeps a verb's defaults from overwriting what stood before the verb.
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("everywhere")
    group.add_argument("--json", action="store_true", help="print JSON only")
    group.add_argument("--demo", action="store_true", help="the offline demo: no network, no key")
    group.add_argument("--config", metavar="FILE", help="read this configuration instead of config.toml")
    group.add_argument(
        "--server", action="append", dest="typed_servers", metavar="[NAME=]COMMAND", help="a stdio server for this run"
    )
    group.add_argument(
        "--url", action="append", dest="typed_urls", metavar="[NAME=]URL", help="a remote server for this run"
    )
    group.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible model endpoint for this run")
    group.add_argument("--api-key-env", metavar="NAME", help="the environment variable that holds its key")
    group.add_argument("--model", metavar="M", help="a model: provider/model, or a model of --base-url")
    group.add_argument("--combo", metavar="C", help="a combo (a chain of models with fallback)")
    group.add_argument("--gateway", metavar="NAME", help="one of the [[gateways]] of config.toml, or `embedded`")
    group.add_argument("--max-cost", metavar="USD", help="the most this run may spend")
    return shared


def _add_ask(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    ask = verbs.add_parser("ask", parents=[shared], help="ask once and print the answer")
    ask.add_argument("prompt", nargs="?", default="-", help="the question; `-` or nothing reads standard input")
    ask.add_argument("--approve", choices=("none", "read-only", "all"), default="none", help="which tool calls may run")
    ask.add_argument(
        "--tool-choice", metavar="auto|required|none|NAME", help="whether, or which tool, the model must call first"
    )
    ask.add_argument("--resume", nargs="?", const="last", default="", metavar="ID", help="go on with a stored chat")


def _add_servers(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "servers", "the MCP servers")
    actions.add_parser("list", parents=[shared], help="connect to all and show their state")
    named = {
        "doctor": "check one server stage by stage",
        "remove": "take a server out of config.toml",
        "trust": "consent to start a server that a file names, and to what it says",
        "sign-in": "sign in at a remote server: open the page it prints, or paste back the address it ends at",
        "sign-out": "forget the sign-in at a server, and revoke it there",
    }
    for action, text in named.items():
        actions.add_parser(action, parents=[shared], help=text).add_argument("name", metavar="NAME")
    add = actions.add_parser(
        "add",
        parents=[shared],
        help="add a server to config.toml",
        epilog="mcp-tui servers add files -- npx -y @modelcontextprotocol/server-filesystem .",
    )
    add.add_argument("name", metavar="NAME")
    add.add_argument("command", nargs="*", metavar="COMMAND", help="after `--`: the command and its arguments")
    _add_import(actions, shared)


def _add_import(actions: "Verbs", shared: argparse.ArgumentParser) -> None:
    take = actions.add_parser(
        "import",
        parents=[shared],
        help="take over servers from other clients' files; none of them is started",
        epilog="Without names and --all, what was found is listed and nothing is written.",
    )
    take.add_argument("names", nargs="*", metavar="NAME", help="only these servers")
    take.add_argument("--all", action="store_true", help="every server that was found")
    take.add_argument("--env-secrets", action="store_true", help="write ${NAME} in place of keys in plain text")
    take.add_argument("--from", dest="source", default="", metavar="FILE|CLIENT", help="this file or client only")


def _add_tools(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "tools", "tools of all servers")
    _listing(actions, shared, "tools")
    show = actions.add_parser("show", parents=[shared], help="a tool's description and schema")
    show.add_argument("tool", metavar="SERVER.TOOL")
    call = actions.add_parser("call", parents=[shared], help="call a tool; needs no approval, you are calling it")
    call.add_argument("tool", metavar="SERVER.TOOL")
    call.add_argument("arguments", nargs="*", metavar="KEY=VALUE")
    call.add_argument("--args", metavar="JSON", help="all arguments as one JSON object")
    for action, text in {"enable": "tell the model of a tool again", "disable": "tell the model of it no more"}.items():
        switch = actions.add_parser(action, parents=[shared], help=text)
        switch.add_argument("tool", metavar="SERVER[.TOOL]", help="a tool, or all of a server")


def _add_resources(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "resources", "resources of all servers")
    _listing(actions, shared, "resources and templates")
    for action, text in {"read": "read a resource", "watch": "print a line each time a resource changes"}.items():
        one = actions.add_parser(action, parents=[shared], help=text)
        one.add_argument("server", metavar="SERVER")
        one.add_argument("uri", metavar="URI")


def _add_prompts(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "prompts", "prompts of all servers")
    _listing(actions, shared, "prompts")
    get = actions.add_parser("get", parents=[shared], help="get a prompt's messages")
    get.add_argument("prompt", metavar="SERVER.PROMPT")
    get.add_argument("arguments", nargs="*", metavar="KEY=VALUE")


def _add_sessions(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "sessions", "stored chats")
    listing = actions.add_parser("list", parents=[shared], help="list them, newest first")
    listing.add_argument("search", nargs="?", default="", help="a word of the title or the text")
    for action, text in {"show": "print a chat", "delete": "delete a chat for good"}.items():
        actions.add_parser(action, parents=[shared], help=text).add_argument("chat", metavar="ID")
    export = actions.add_parser("export", parents=[shared], help="print a chat as Markdown, with --json as JSON")
    export.add_argument("chat", metavar="ID")


def _add_providers(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "providers", "the model endpoints")
    actions.add_parser("list", parents=[shared], help="show address, key and breaker of each")
    add = actions.add_parser(
        "add",
        parents=[shared],
        help="add an endpoint to config.toml",
        epilog="A known name is enough: mcp-tui providers add groq. "
        "Any other needs --base-url, and --api-key-env NAME when it takes a key.",
    )
    add.add_argument("name", metavar="NAME")
    add.add_argument("--keyring", action="store_true", help="its key lies in the keyring: mcp-tui keys set NAME")
    for action, text in {"test": "list its models once", "remove": "take it out of config.toml"}.items():
        actions.add_parser(action, parents=[shared], help=text).add_argument("name", metavar="NAME")


def _add_keys(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    actions = _group(verbs, "keys", "keys of model endpoints in the system keyring")
    keep = actions.add_parser("set", parents=[shared], help="read a key, hidden, and keep it for its endpoint")
    keep.add_argument("provider", metavar="PROVIDER")
    keep.add_argument("--in-file", action="store_true", help="keep it in a private plain-text file instead")
    take = actions.add_parser("remove", parents=[shared], help="take its key out of the keyring and the private file")
    take.add_argument("provider", metavar="PROVIDER")


def _group(verbs: "Verbs", name: str, text: str) -> "Verbs":
    group = verbs.add_parser(name, help=text)
    return group.add_subparsers(dest="action", metavar="ACTION", required=True)


def _listing(actions: "Verbs", shared: argparse.ArgumentParser, what: str) -> None:
    listing = actions.add_parser("list", parents=[shared], help=f"list {what}")
    listing.add_argument("only", nargs="?", default="", metavar="SERVER", help="of this server only")


def split_at_table(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the words up to a verb made from a table and those behind it; with another verb, all words and none."""
    if not set(TABLE_VERBS).intersection(words):
        return list(words), []
    takes_value = {
        option for action in shared_options()._actions if action.nargs != 0 for option in action.option_strings
    }
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in takes_value else 1
    if place < len(words) and words[place] in TABLE_VERBS:
        return list(words[: place + 1]), list(words[place + 1 :])
    return list(words), []
