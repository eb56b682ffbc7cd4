"""The list of all served tools: what is not named here is not served."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from tui.engine import Engine
from tui.serve.caller import Caller
from tui.serve.gateway_tools import gateway_tools
from tui.serve.multimodal.tools import multimodal_tools
from tui.serve.scopes import SCOPES
from tui.serve.tool import ServedTool

Naming = Literal["own", "omniroute"]
"""Under which names tools are listed: their own, or those that other agents are written for."""


class Catalog:
    """The tools by every name they answer to. Raises ValueError on a name used twice and on a tool without scope."""

    def __init__(self, tools: Iterable[ServedTool], naming: Naming = "own") -> None:
        self.tools: Sequence[ServedTool] = tuple(tools)
        self._naming = naming
        self._by_name: dict[str, ServedTool] = {}
        for tool in self.tools:
            if not tool.scopes or not set(tool.scopes) <= set(SCOPES):
                raise ValueError(f"The tool {tool.name} names no scope, or one that does not exist.")
            for name in (tool.name, *tool.aliases):
                if self._by_name.setdefault(name, tool) is not tool:
                    raise ValueError(f"Two tools are called {name}.")

    def find(self, name: str) -> ServedTool | None:
        """Returns the tool of that name or alias."""
        return self._by_name.get(name)

    def listed(self, caller: Caller) -> Sequence[ServedTool]:
        """Returns the tools a caller may use, each under the name to list it by."""
        return [self._named(tool) for tool in self.tools if not caller.lacks(tool.scopes)]

    def _named(self, tool: ServedTool) -> ServedTool:
        if self._naming == "own" or not tool.aliases:
            return tool
        return replace(tool, name=tool.aliases[0])


def all_tools(engine: Engine) -> tuple[ServedTool, ...]:
    """Returns every tool that this program serves; each group is named here."""
    return (*gateway_tools(engine), *multimodal_tools(engine))
