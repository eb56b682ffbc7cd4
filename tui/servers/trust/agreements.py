"""Keeps what servers say in step with what the person agreed to: asks about what is new, remembers a yes."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, NoticePosted, Severity
from tui.domain.ids import QuestionId, ServerName, new_id
from tui.domain.questions import Answer, ChangedToolQuestion, Question, YesNoAnswer
from tui.domain.servers import Catalog, ServerSpec
from tui.domain.text import CleanText, clean_line
from tui.domain.trust import DefinitionReview, PinKey
from tui.servers.connection import Connection
from tui.servers.transports.process import executable_of
from tui.servers.transports.threaded import beside
from tui.servers.trust.identity import is_bundled, spec_fingerprint
from tui.servers.trust.launch import cautions
from tui.servers.trust.pins import VERSION, definitions, pin_of
from tui.servers.trust.ports import PinBook, ToolSwitches
from tui.servers.trust.scanner import distinctive
from tui.servers.trust.vetting import Verdict, judge, reviews, vetted

_HEAVY_CHARS = 50_000


@dataclass(slots=True)
class _Matter:
    """What is open between the person and one server."""

    texts: Mapping[PinKey, str]
    """Everything the server said when it was last looked at."""
    verdict: Verdict
    asking: asyncio.Task[None] | None = None


class Agreements:
    """One for all servers of a pool."""

    def __init__(
        self,
        *,
        pins: PinBook,
        switches: ToolSwitches,
        publish: Callable[[Event], None],
        ask: Callable[[Question], Awaitable[Answer]],
        clock: Clock,
    ) -> None:
        self._pins = pins
        self._switches = switches
        self._publish = publish
        self._ask = ask
        self._clock = clock
        self._matters: dict[ServerName, _Matter] = {}
        self._tool_names: dict[ServerName, frozenset[str]] = {}

    async def vet(self, connection: Connection, listed: Catalog) -> Catalog:
        """Returns what of `listed` may be used, and asks about what waits."""
        spec, status = connection.spec, connection.status
        texts = definitions(listed, status.said_instructions, status.said_version)
        self._tool_names[spec.name] = frozenset(tool.name for tool in listed.tools if distinctive(tool.name))
        fingerprint, pinned, foreign = _fingerprint(spec), self._pins.pinned(spec.name), self._foreign_names(spec.name)
        verdict = await beside(lambda: judge(spec, fingerprint, texts, pinned, foreign), heavy=_many(texts))
        for key, flags in verdict.flags.items():
            for flag in flags:
                status.issue(f"{key.kind} {key.name}".strip() + f": {flag}")
        status.awaits(len(verdict.held))
        await self._pin_at_once(spec, texts, verdict)
        self._raise_matter(connection, texts, verdict)
        return vetted(listed, verdict, lambda tool: self._switches.is_off(spec.name, tool))

    async def accept(self, connection: Connection) -> None:
        """Notes that the person agrees to everything the server says now. Raises StorageError."""
        matter = self._matters.get(connection.spec.name)
        if matter is not None and matter.verdict.held:
            await self._agree(connection, matter.texts)

    async def waiting(self, connection: Connection) -> tuple[DefinitionReview, ...]:
        """Returns what waits for the person's consent, to be read."""
        matter = self._matters.get(connection.spec.name)
        return await self._reviews(connection.spec.name, matter) if matter is not None else ()

    def ask_again(self, connection: Connection) -> None:
        """Asks once more about what waits, after an earlier no."""
        matter = self._matters.get(connection.spec.name)
        if matter is not None and matter.verdict.held and (matter.asking is None or matter.asking.done()):
            self._begin_asking(connection, matter)

    def drop(self, name: ServerName) -> None:
        """Takes back what is asked about a server that is closed."""
        matter = self._matters.pop(name, None)
        if matter is not None and matter.asking is not None:
            matter.asking.cancel()

    def _foreign_names(self, server: ServerName) -> Collection[str]:
        return frozenset().union(*(names for name, names in self._tool_names.items() if name != server))

    async def _pin_at_once(self, spec: ServerSpec, texts: Mapping[PinKey, str], verdict: Verdict) -> None:
        if verdict.old_version is not None:
            now = clean_line(texts[VERSION].strip('"'), 60)
            self._notice("warning", f"{spec.name} is version {now} now; you agreed to {verdict.old_version}.")
        if not verdict.accepted:
            return
        tools = sum(key.kind == "tool" for key in verdict.accepted)
        if tools and not is_bundled(spec):
            odd = sum(key in verdict.flags for key in verdict.accepted)
            text = f"{spec.name}: {tools} tools noted as first seen" + (f", {odd} of them look odd" if odd else "")
            hint = "A change of any of them will be shown before it counts."
            self._notice("warning" if odd else "info", text, f"The server's issues say why. {hint}" if odd else hint)
        await self._store(spec, {key: texts[key] for key in verdict.accepted})

    async def _store(self, spec: ServerSpec, texts: Mapping[PinKey, str]) -> None:
        pins = await beside(lambda: {key: pin_of(text) for key, text in texts.items()}, heavy=_many(texts))
        try:
            await self._pins.pin(spec.name, _fingerprint(spec), pins)
        except McpTuiError as error:
            self._notice("warning", f"{spec.name}: what it says could not be remembered: {error.message}", error.hint)

    # --- asking

    def _raise_matter(self, connection: Connection, texts: Mapping[PinKey, str], verdict: Verdict) -> None:
        name = connection.spec.name
        before = self._matters.get(name)
        if before is not None and before.verdict.held == verdict.held and before.texts == texts:
            before.verdict = verdict
            return
        self.drop(name)
        matter = self._matters[name] = _Matter(texts, verdict)
        if verdict.held:
            self._begin_asking(connection, matter)

    def _begin_asking(self, connection: Connection, matter: _Matter) -> None:
        matter.asking = asyncio.create_task(
            self._ask_about(connection, matter), name=f"definitions:{connection.spec.name}"
        )

    async def _reviews(self, name: ServerName, matter: _Matter) -> tuple[DefinitionReview, ...]:
        return await asyncio.to_thread(reviews, matter.verdict, matter.texts, self._pins.pinned(name))

    async def _ask_about(self, connection: Connection, matter: _Matter) -> None:
        spec, status, verdict = connection.spec, connection.status.now, matter.verdict
        shown = await self._reviews(spec.name, matter)
        warnings = cautions(spec)
        if verdict.old_version is not None:
            version = f"It is version {status.version} now; you agreed to {verdict.old_version}."
            warnings = (CleanText(version), *warnings)
        question = ChangedToolQuestion(
            QuestionId(new_id("question")),
            spec.name,
            status.target,
            status.origin,
            status.title,
            verdict.first,
            shown,
            warnings,
        )
        answer = await self._ask(question)
        if isinstance(answer, YesNoAnswer) and answer.yes:
            # What was shown is agreed to, not what the server may say by now. The asking is over: nothing to cancel.
            matter.asking = None
            await self._agree(connection, matter.texts)
            return
        what = "was not agreed to yet" if verdict.first else "is new or changed"
        held = "1 definition is" if len(verdict.held) == 1 else f"{len(verdict.held)} definitions are"
        self._notice(
            "warning",
            f"{spec.name}: {held} kept from the model: what it says {what}.",
            f"Look at them: t on the Servers screen, or mcp-tui servers trust {spec.name}",
        )

    async def _agree(self, connection: Connection, texts: Mapping[PinKey, str]) -> None:
        await self._store(connection.spec, texts)
        await connection.vet()

    def _notice(self, severity: Severity, text: str, hint: str = "") -> None:
        self._publish(NoticePosted(severity, clean_line(text), clean_line(hint), at=self._clock.wall()))


def _many(texts: Mapping[PinKey, str]) -> bool:
    """Whether it takes a while to hash and search them."""
    return sum(map(len, texts.values())) > _HEAVY_CHARS


def _fingerprint(spec: ServerSpec) -> str:
    return spec_fingerprint(spec, executable_of(spec))
