"""The grammar of `serve` and `audit`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.cli.grammar import Verbs

KEYS_HELP = "a key is shown once; scopes: read:health read:combos read:quota read:usage read:models write:combos "
KEYS_HELP += "write:budget write:resilience execute:completions, or read:* write:* *"


def add_serve(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    """Adds `serve`, and `serve keys`."""
    serve = verbs.add_parser(
        "serve",
        parents=[shared],
        help="serve the gateway to other agents: as an MCP server over stdio, or with --http",
        epilog="Without --http it speaks MCP on its standard streams, for the program that started it.",
    )
    serve.add_argument("--http", action="store_true", help="listen on this machine; callers show a key")
    serve.add_argument("--port", type=int, default=20129, metavar="N", help="with --http (20129); 0 takes a free one")
    serve.add_argument("--host", default="127.0.0.1", help="with --http: the address to listen on")
    serve.add_argument("--expose", action="store_true", help="with --http: let --host be one that others can reach")
    serve.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="with --http: a name it is reached by"
    )
    serve.add_argument("--no-key", action="store_true", help="with --http on loopback: let callers in without a key")
    serve.add_argument(
        "--names", choices=("own", "omniroute"), default="own", help="list tools by these names; both always work"
    )
    serve.add_argument(
        "--local-scope", action="append", default=[], metavar="SCOPE", help="all that callers without a key may do (*)"
    )
    actions = serve.add_subparsers(dest="action", metavar="keys")
    _add_keys(actions.add_parser("keys", help="the keys of callers"), shared)


def _add_keys(keys: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    orders = keys.add_subparsers(dest="order", metavar="ORDER", required=True)
    add = orders.add_parser("add", parents=[shared], help="make a key and show it, once", epilog=KEYS_HELP)
    add.add_argument("name", metavar="NAME", help="who gets it")
    add.add_argument("--scope", action="append", default=[], required=True, metavar="SCOPE", help="what it allows")
    add.add_argument("--budget", metavar="USD", help="the most its calls may cost on one UTC day")
    orders.add_parser("list", parents=[shared], help="show what each key allows and has spent today")
    orders.add_parser("revoke", parents=[shared], help="end a key at once").add_argument("name", metavar="NAME|ID")


def add_audit(verbs: "Verbs", shared: argparse.ArgumentParser) -> None:
    """Adds `audit`."""
    audit = verbs.add_parser("audit", help="the record of served calls")
    actions = audit.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", parents=[shared], help="the newest calls")
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="how many (50)")
    actions.add_parser("stats", parents=[shared], help="calls, success, time and cost in figures")
    actions.add_parser("verify", parents=[shared], help="check that no row was changed, moved or taken away")
