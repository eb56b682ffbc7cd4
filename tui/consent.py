"""What a person agreed to about servers, kept: which may start, what they may say, what a model is told of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.domain.trust import LaunchReview
from tui.servers.transports.process import executable_of
from tui.servers.trust.identity import spec_fingerprint
from tui.servers.trust.launch import launch_lines, launch_review
from tui.storage.consents import Consents
from tui.storage.database import Database
from tui.storage.pins import PinStore, SwitchStore


@dataclass(frozen=True, slots=True)
class Consent:
    """The stored decisions about servers and tools."""

    decisions: Consents
    pins: PinStore
    switches: SwitchStore

    @classmethod
    async def open(cls, database: Database) -> "Consent":
        """Returns what was decided so far. Raises StorageError."""
        return cls(await Consents.open(database), await PinStore.open(database), await SwitchStore.open(database))

    def applied(self, specs: Iterable[ServerSpec]) -> list[ServerSpec]:
        """Returns the servers as they may be opened: one that a file names only under exactly what was agreed to."""
        return [spec if spec.trusted else self._filed(spec) for spec in specs]

    def launch_review(self, spec: ServerSpec) -> LaunchReview:
        """Returns what starting the server means, against what was agreed to under its name."""
        agreed = self.decisions.agreed_launch(spec.name)
        return launch_review(spec, executable_of(spec), agreed.lines if agreed else ())

    async def remember(self, spec: ServerSpec, *, typed: bool = False) -> None:
        """Stores the consent to a server's exact definition; `typed` when the person wrote it. Raises StorageError."""
        executable = executable_of(spec)
        lines = launch_lines(spec, executable)
        await self.decisions.trust_server(spec.name, spec_fingerprint(spec, executable), lines, typed=typed)

    async def forget(self, name: ServerName) -> None:
        """Takes back everything that was agreed to about a server. Raises StorageError."""
        await self.decisions.forget(name)
        await self.pins.forget(name)

    def _filed(self, spec: ServerSpec) -> ServerSpec:
        trusted = self.decisions.server_trusted(spec.name, spec_fingerprint(spec, executable_of(spec)))
        agreed = self.decisions.agreed_launch(spec.name)
        return replace(spec, trusted=trusted, review=not (trusted and agreed is not None and agreed.typed))
