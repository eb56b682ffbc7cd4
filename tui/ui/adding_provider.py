"""Adding a provider: a form, a hidden key when one is typed, a try whose outcome is shown, and then a yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from tui.config.known import KNOWN_PROVIDERS
from tui.config.new_provider import new_provider
from tui.domain.errors import McpTuiError
from tui.domain.gateway import ProviderSpec
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.messages import Json
from tui.domain.text import CleanText, clean_line
from tui.ui.dialogs.confirm import Confirm
from tui.ui.dialogs.form import FormDialog
from tui.ui.dialogs.secret import SecretDialog
from tui.ui.screens.live import LiveScreen
from tui.ui.widgets.lists.detail import fact, lines, paragraph

VARIABLE, KEYRING, FILE = "an environment variable", "the system keyring, typed now", "a private file, typed now"
THIS_RUN, KEPT = "for this run", "in config.toml"

_FORM: dict[str, Json] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": f"Known: {', '.join(KNOWN_PROVIDERS)}. Any other needs a URL."},
        "url": {"type": "string", "description": "Up to and with /v1; nothing for a known name."},
        "key from": {"enum": [VARIABLE, KEYRING, FILE], "default": VARIABLE},
        "variable": {
            "type": "string",
            "description": "The variable's name, never the key. Nothing: the known name's own, or no key at all.",
        },
        "add": {"enum": [THIS_RUN, KEPT], "default": THIS_RUN},
    },
    "required": ["name"],
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was filled in."""

    spec: ProviderSpec
    in_file: bool
    keep: bool


async def add_provider(screen: LiveScreen) -> None:
    """Asks, tries and adds. To be run by a worker of the screen."""
    form = FormDialog(CleanText("Add a provider"), CleanText("Any OpenAI-compatible endpoint."), _FORM, suggest=_known)
    answers = await screen.app.push_screen_wait(form)
    if answers is None:
        return
    try:
        await _try_and_add(screen, _wanted(answers))
    except McpTuiError as error:
        screen.refused(error)


async def _try_and_add(screen: LiveScreen, wanted: _Wanted) -> None:
    spec, key = wanted.spec, ""
    name = clean_line(spec.name)
    if spec.keyring:
        note = "It is not shown, and goes to this endpoint only."
        typed = await screen.app.push_screen_wait(SecretDialog(f"Key for {clean_line(spec.base_url)}", note=note))
        key = (typed or "").strip()
        if not key:
            return
    screen.notify(f"Trying {name} …", timeout=2, markup=False)
    seen = await screen.engine.gateway.test_provider(spec, key)
    yes = "add it" if seen.ok else "add it anyway"
    asked = Confirm(CleanText(f"Add {name}?"), _told(wanted, seen), yes=yes, no="leave it")
    if not await screen.app.push_screen_wait(asked):
        return
    if key:
        await screen.engine.gateway.store_key(spec.base_url, key, in_file=wanted.in_file)
    await screen.engine.gateway.add_provider(spec, keep=wanted.keep)
    screen.notify(f"{name} was added {KEPT if wanted.keep else THIS_RUN}.", markup=False)


def _wanted(answers: Mapping[str, Json]) -> _Wanted:
    said = {name: str(value).strip() for name, value in answers.items()}
    typed = said.get("key from") in (KEYRING, FILE)
    spec = new_provider(
        said["name"], said.get("url", ""), "" if typed else said.get("variable", ""), keyring=typed, origin="typed in"
    )
    return _Wanted(spec, said.get("key from") == FILE, said.get("add") == KEPT)


def _told(wanted: _Wanted, seen: ConnectionTest) -> Content:
    spec = wanted.spec
    where = "typed now" if spec.keyring else f"from {spec.api_key_env}" if spec.api_key_env else "none"
    sign, style = ("✓ ", "$text-success") if seen.ok else ("✗ ", "$text-error")
    return lines(
        [
            fact("endpoint", clean_line(spec.base_url)),
            fact("key", clean_line(where)),
            fact("added", KEPT if wanted.keep else THIS_RUN),
            None,
            Content.assemble((sign, style), seen.summary),
            *([paragraph(seen.hint, "$dim")] if seen.hint else []),
        ]
    )


async def _known(argument: str, typed: str, _filled: Mapping[str, Json]) -> Sequence[str]:
    return [name for name in KNOWN_PROVIDERS if argument == "name" and typed and name.startswith(typed)]
