"""Where the app begins."""

from tui.cli.app import configured
from tui.config.schema import Settings
from tui.domain.gateway import GatewaySpec


def test_a_gateway_outside_is_enough_to_begin_in_the_chat() -> None:
    assert not configured(Settings())
    assert configured(Settings(gateways=(GatewaySpec("lite", "litellm", "http://127.0.0.1:4000"),)))
