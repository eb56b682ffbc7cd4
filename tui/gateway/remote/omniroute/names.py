"""One name for each provider, which OmniRoute calls by a node's id, its prefix, or what a person named it. Pure."""

from collections.abc import Iterable, Mapping

from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.omniroute.account_pages import Connection, Node


class Names:
    """Joins the name-spaces; a provider is called by its prefix here, which is how its models are addressed."""

    def __init__(
        self, nodes: Iterable[Node], connections: Iterable[Connection], prefixes: Mapping[CleanText, CleanText]
    ) -> None:
        self._prefixes: dict[str, str] = {}
        for node in nodes:
            self._learn(node.prefix or node.name, node.id, node.prefix, node.name)
        for connection in connections:
            self._learn(connection.prefix or connection.provider, connection.provider, connection.id)
        for node_id, prefix in prefixes.items():
            self._learn(prefix, node_id, prefix)

    def _learn(self, own: str, *others: str) -> None:
        for other in others:
            if other:
                self._prefixes.setdefault(other.lower(), own)

    def of(self, name: str) -> ProviderName:
        """Returns what a provider is called here; one that no node or connection names keeps its name."""
        return ProviderName(clean_line(self._prefixes.get(name.lower(), name), 120))

    def grouped(self, names: Iterable[str]) -> Mapping[ProviderName, list[str]]:
        """Returns names by the provider they stand for, in their order."""
        groups: dict[ProviderName, list[str]] = {}
        for name in names:
            groups.setdefault(self.of(name), []).append(name)
        return groups
