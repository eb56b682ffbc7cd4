"""The printed reference is in step with what is read."""

from pathlib import Path

from tui.config import vocabulary
from tui.config.reference import reference
from tui.config.schema import ChatSettings, PolicySettings, ServeSettings, UiSettings
from tui.domain.gateway import BudgetSpec, ComboSpec, GatewaySpec, ModelSpec, ProviderSpec
from tui.domain.servers import ServerSpec

DOCUMENT = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_document_is_what_the_vocabulary_says() -> None:
    assert DOCUMENT.read_text("utf-8") == reference(), (
        "write it anew: python -c 'from tui.config.reference import reference; print(reference(), end=\"\")'"
        " > docs/configuration.md"
    )


def test_every_key_fills_a_field_that_exists() -> None:
    prices = {"input_usd_per_million", "output_usd_per_million", "cached_input_usd_per_million"}
    for keys, kind, elsewhere in (
        (vocabulary.CHAT, ChatSettings, set()),
        (vocabulary.BUDGET, BudgetSpec, set()),
        (vocabulary.POLICY, PolicySettings, set()),
        (vocabulary.UI, UiSettings, set()),
        (vocabulary.SERVE, ServeSettings, set()),
        (vocabulary.COMBO, ComboSpec, set()),
        (vocabulary.PROVIDER, ProviderSpec, set()),
        (vocabulary.GATEWAY, GatewaySpec, set()),
        (vocabulary.MODEL, ModelSpec, prices),
        (vocabulary.SERVER, ServerSpec, {"type"}),
    ):
        assert {key.target for key in keys} - elsewhere <= set(kind.__slots__)
