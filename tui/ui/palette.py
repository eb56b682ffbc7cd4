"""The command palette: every action that can be reached, the servers' orders, models and themes, by name."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.domain.text import clean_line
from tui.ui.reach import reachable
from tui.ui.screens.live import LiveScreen

if TYPE_CHECKING:
    from tui.domain.operations import Operation
    from tui.ui.operating import Table

Command = tuple[str, str, Callable[[], Awaitable[object] | object]]
"""Name, help, and what it does."""


class Commands(Provider):
    """Offers what can be done on the screen under the palette."""

    async def discover(self) -> Hits:
        for name, help, run in self._commands():
            yield DiscoveryHit(Content(name), run, text=name, help=help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, help, run in self._commands():
            score = max(matcher.match(name), 0.6 * matcher.match(help))
            if score > 0:
                yield Hit(score, Content(name), run, text=name, help=help)

    def _commands(self) -> Iterator[Command]:
        for each in reachable(self.screen, everywhere=True):
            if each.action.method != "palette":
                name = f"{each.action.label[:1].upper()}{each.action.label[1:]}  ({each.keys})"
                yield name, each.action.help, partial(self.app.run_action, each.command, each.node)
        if isinstance(self.screen, LiveScreen):
            yield from _orders(self.screen)
            yield from _operations(self.screen)


def _orders(screen: LiveScreen) -> Iterator[Command]:
    engine = screen.engine
    for status in screen.state.servers.values():
        name, where = clean_line(status.name), clean_line(status.target, 60)
        orders: tuple[tuple[str, str, Callable[[], Awaitable[object]]], ...] = (
            (f"Reconnect {name}", where, partial(engine.servers.reconnect, status.name)),
            (f"Refresh {name}", "Ask it anew what it offers", partial(engine.servers.refresh, status.name)),
            (f"Disable {name}", where, partial(engine.servers.set_enabled, status.name, False)),
            (f"Enable {name}", where, partial(engine.servers.set_enabled, status.name, True)),
        )
        unfit = f"{'Disable' if status.state == 'disabled' else 'Enable'} {name}"
        for title, help, order in orders:
            if title != unfit:
                yield title, help, partial(_give, screen, order)


def _operations(screen: LiveScreen) -> Iterator[Command]:
    """Those that need nothing run at once; what may be given is asked for under a second name."""
    from tui.ui.operating import gateway_table, job_table  # not needed before somebody asks

    for table in (gateway_table(screen.engine), job_table(screen.engine)):
        for operation in table.operations:
            name = table.title(operation)
            if operation.runs_at_once:
                yield name, operation.help, partial(_show_answer, screen, table, operation, ask=False)
            if operation.parameters:
                choices = " with choices …" if operation.runs_at_once else ""
                yield f"{name}{choices}", operation.help, partial(_show_answer, screen, table, operation, ask=True)


def _show_answer(screen: LiveScreen, table: "Table", operation: "Operation", *, ask: bool) -> None:
    from tui.ui.operating import operate

    screen.run_worker(operate(screen, table, operation, ask=ask), group="operation", exit_on_error=False)


def _give(screen: LiveScreen, order: Callable[[], Awaitable[object]]) -> None:
    screen.order(order())
