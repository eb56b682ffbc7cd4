"""`mcp-tui serve`: the gateway's operations for other agents, and the keys they show."""

import sys
from dataclasses import replace
from decimal import InvalidOperation
from typing import TYPE_CHECKING

from tui.cli.headless import run_headless
from tui.cli.invocation import Invocation
from tui.domain.access import AccessKey
from tui.domain.errors import UsageError
from tui.domain.money import MicroUsd, format_usd, microusd_from_usd
from tui.engine import Engine
from tui.serve.scopes import checked_scopes

if TYPE_CHECKING:
    from tui.serve.offer import Offer


def serve(call: Invocation) -> int:
    """Serves until the other side closes, or until a signal."""
    given = call.given
    scopes = checked_scopes(given.local_scope or ["*"])
    if not given.http:
        _refuse_http_words(call)

    async def verb(engine: Engine) -> int:
        from tui.serve.offer import Offer

        offer = Offer(engine, given.names, scopes)
        if given.http:
            await _over_http(call, offer)
        else:
            from tui.serve.over_stdio import serve_stdio

            await serve_stdio(offer.stdio_server())
        return 0

    # What is served is the gateway: a caller never reaches a person's own MCP servers.
    settings = replace(call.settings, servers=(), follow_session=True)
    return run_headless(settings, call.paths, verb, _say)


def _say(sentence: str) -> None:
    """Stdout is the wire, also where it is a terminal."""
    print(sentence, file=sys.stderr, flush=True)


def _refuse_http_words(call: Invocation) -> None:
    given = call.given
    words = {"--expose": given.expose, "--no-key": given.no_key, "--allow-host": given.allow_host}
    typed = [word for word, value in words.items() if value]
    if typed:
        raise UsageError(f"{typed[0]} is for --http.", "Without --http nothing listens: mcp-tui serve --http …")


async def _over_http(call: Invocation, offer: "Offer") -> None:
    from tui.serve.listening import Place, bound, check_place, listen, url_of

    given = call.given
    place = Place(given.host, given.port, given.expose)
    in_use = sum(key.revoked is None for key in await offer.engine.access.keys())
    check_place(place, keys_in_use=in_use, keyless=given.no_key)
    listener = bound(place)
    url = url_of(listener)
    if not (in_use or given.no_key):
        _say("mcp-tui: No key is in use, so nobody is served yet: mcp-tui serve keys add NAME --scope …")

    def ready() -> None:
        if call.output.as_json:
            call.output.event({"event": "serving", "url": url, "mcp": f"{url}/mcp"})
        _say(f"mcp-tui: serving on {url} (MCP at {url}/mcp); end with ctrl+c")

    names = (place.host, *given.allow_host)
    await listen(offer.http_app(keyless=given.no_key, names=names), listener, ready)


# --- keys


def keep_keys(call: Invocation) -> int:
    """Makes, lists or ends keys."""
    given = call.given
    scopes = checked_scopes(given.scope) if given.order == "add" else frozenset()
    budget = _budget(given.budget) if given.order == "add" else None

    async def verb(engine: Engine) -> int:
        match given.order:
            case "add":
                await _add(call, engine, scopes, budget)
            case "revoke":
                revoked = await engine.access.revoke(given.name)
                call.output.done(f"{revoked.name} ({revoked.id}) opens nothing any more.")
            case _:
                _list(call, list(await engine.access.keys()))
        return 0

    return call.on_engine(verb, replace(call.settings, servers=()))


def _budget(text: str | None) -> MicroUsd | None:
    if text is None:
        return None
    try:
        amount = microusd_from_usd(text)
    except InvalidOperation:
        amount = MicroUsd(-1)
    if amount < 0:
        raise UsageError(f"--budget cannot be {text!r}.", "Give US dollars a day, such as 0.50.")
    return amount


async def _add(call: Invocation, engine: Engine, scopes: frozenset[str], budget: MicroUsd | None) -> None:
    made = await engine.access.add(call.given.name, sorted(scopes), budget)
    if call.output.as_json:
        call.output.document(made)
        return
    call.output.text(made.key)
    call.output.say(f"This is the key of {made.access.name}. It is shown this once and stored nowhere.")


def _list(call: Invocation, keys: list[AccessKey]) -> None:
    if call.output.as_json:
        call.output.document({"keys": keys})
        return
    if not keys:
        call.output.say("There is no key yet: mcp-tui serve keys add NAME --scope …")
    call.output.table([_row(key) for key in keys])


def _row(key: AccessKey) -> tuple[str, ...]:
    limit = f" of {format_usd(key.day_budget)} a day" if key.day_budget is not None else " today"
    spent = "revoked" if key.revoked is not None else f"{format_usd(key.spent_today)}{limit}"
    return (key.id, key.name, spent, " ".join(key.scopes))
