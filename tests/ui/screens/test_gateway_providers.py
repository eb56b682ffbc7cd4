"""Adding a provider from any view of the gateway: tried first, its key never shown."""

from tests.ui.screens.gateway_stage import gateway_stage
from tests.ui.screens.stage import Stage, press
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.text import clean


async def fill(app: Stage, name: str) -> None:
    """Opens the form, writes the name and accepts."""
    await app.pilot.press("n")
    await app.pilot.pause()
    await app.pilot.press(*name, "ctrl+s")
    await app.pilot.pause()
    await app.pilot.pause()


async def test_what_the_try_saw_is_shown_before_a_provider_is_added() -> None:
    async with gateway_stage(size=(120, 44)) as app:
        await fill(app, "ollama")
        assert "mine lists 2 models: a, b" in app.text
        assert "http://127.0.0.1:11434/v1" in app.text
        assert [order[0] for order in app.engine.orders] == ["gateway.test_provider"]
        await press(app, "y")
        name, spec, keep = app.engine.orders[-1]
        assert (name, spec.name, spec.base_url, keep) == (
            "gateway.add_provider",
            "ollama",
            "http://127.0.0.1:11434/v1",
            False,
        )


async def test_a_failed_try_may_be_given_up() -> None:
    async with gateway_stage(
        size=(120, 44), seen=ConnectionTest(False, clean("ollama does not answer"), clean("Is it running?"))
    ) as app:
        await fill(app, "ollama")
        assert "ollama does not answer" in app.text
        assert "Is it running?" in app.text
        await press(app, "n")
        assert [order[0] for order in app.engine.orders] == ["gateway.test_provider"]


async def test_an_unknown_name_without_a_url_is_refused() -> None:
    async with gateway_stage(size=(120, 44), notifications=True) as app:
        await fill(app, "mine")
        assert app.engine.orders == []
        assert "needs a base URL" in app.text


async def test_a_typed_key_is_never_shown_and_is_stored_only_after_the_yes() -> None:
    async with gateway_stage(size=(120, 44)) as app:
        await app.pilot.press("n")
        await app.pilot.pause()
        form = app.screen._form
        form.fill({"name": "groq", "key from": "a private file, typed now", "add": "in config.toml"})
        await app.pilot.press("ctrl+s")
        await app.pilot.pause()
        await app.pilot.press(*"canary")
        await app.pilot.pause()
        assert "canary" not in app.text
        await app.pilot.press("enter")
        await app.pilot.pause()
        await app.pilot.pause()
        assert [order[0] for order in app.engine.orders] == ["gateway.test_provider"]
        assert app.engine.orders[0][2] == "canary"
        assert "canary" not in app.text
        await press(app, "y")
        assert app.engine.orders[1] == ("gateway.store_key", "https://api.groq.com/openai/v1", "canary", True)
        name, spec, keep = app.engine.orders[2]
        assert (name, spec.name, spec.keyring, keep) == ("gateway.add_provider", "groq", True, True)
