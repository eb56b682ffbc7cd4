"""What `--demo` runs: two bundled servers as real processes and three scripted providers. No network, no key."""

import sys
from dataclasses import replace

from tui.config.schema import Settings
from tui.config.servers import COMMAND_LINE
from tui.domain.gateway import BudgetSpec
from tui.domain.ids import ServerName
from tui.domain.money import MicroUsd
from tui.domain.servers import ServerSpec
from tui.gateway.scripted.providers import DEMO_COMBOS, DEMO_PROVIDERS

SERVERS = (("files", "tui.demo.files_server"), ("workshop", "tui.demo.workshop_server"))


def demo_servers() -> tuple[ServerSpec, ...]:
    """Returns the bundled servers, started with this very Python."""
    return tuple(
        ServerSpec(
            ServerName(name),
            "stdio",
            command=sys.executable,
            # -P keeps the working directory off the module path: a file there must not shadow ours.
            args=("-P", "-m", module),
            trusted=True,
            origin="demo",
        )
        for name, module in SERVERS
    )


def demo_settings(base: Settings) -> Settings:
    """Returns `base` with its providers, combos and files' servers replaced by the demo's, and a small budget.

    What was typed on the command line holds as well, servers and `--max-cost`: a person asked for it.
    """
    typed = [spec for spec in base.servers if spec.origin == COMMAND_LINE]
    names = {spec.name for spec in typed}
    return replace(
        base,
        profile="demo",
        providers=DEMO_PROVIDERS,
        combos=DEMO_COMBOS,
        gateways=(),
        gateway="",
        servers=(*(spec for spec in demo_servers() if spec.name not in names), *typed),
        chat=replace(base.chat, target=DEMO_COMBOS[0].name),
        budget=BudgetSpec(session_microusd=MicroUsd(5_000_000)).at_most(base.max_cost_microusd),
        demo=True,
    )
