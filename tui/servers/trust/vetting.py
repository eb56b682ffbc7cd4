"""Judges what a server offers against what the person agreed to: what may be used, what waits, what is odd. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from tui.domain.servers import Catalog, ServerSpec, ToolInfo
from tui.domain.text import CleanText, clean_line
from tui.domain.trust import DefinitionReview, DiffPiece, PinKey, PinSet
from tui.servers.trust.launch import floating_package
from tui.servers.trust.pins import VERSION, Comparison, compare
from tui.servers.trust.scanner import scan
from tui.servers.trust.word_diff import whole, word_diff

NEW = CleanText("was not agreed to yet")
CHANGED = CleanText("changed since you agreed to it")
ANOTHER_VERSION = CleanText("comes from another version of the server than you agreed to")
_REVIEWS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one look at a server's definitions."""

    held: Mapping[PinKey, CleanText]
    """What waits for the person, each with the reason."""
    accepted: tuple[PinKey, ...]
    """What counts as agreed to because it was seen for the first time on a server the person typed."""
    first: bool
    """Nothing was agreed to before."""
    flags: Mapping[PinKey, tuple[CleanText, ...]]
    old_version: CleanText | None = None
    """The version agreed to, where the server's is another one now."""


def judge(
    spec: ServerSpec,
    fingerprint: str,
    current: Mapping[PinKey, str],
    pinned: PinSet | None,
    foreign_names: Collection[str] = (),
) -> Verdict:
    """Returns the verdict on the canonical texts in `current`.

    A person who types another command than last time begins anew with it; a file that changes does not.
    """
    if pinned is not None and not spec.review and pinned.fingerprint != fingerprint:
        pinned = None
    pins = pinned.pins if pinned else {}
    comparison = compare(pins, current)
    flags = {key: found for key, text in current.items() if (found := _flags(text, foreign_names))}
    held = dict.fromkeys((key for key in comparison.changed if key != VERSION), CHANGED)
    if spec.review:
        held |= dict.fromkeys((key for key in comparison.new if key != VERSION), NEW)
    new_version = VERSION in comparison.changed
    if new_version and floating_package(spec) is not None:
        held = dict.fromkeys(current, ANOTHER_VERSION) | held
    return Verdict(
        held,
        _accepted(spec, comparison, held),
        first=not pins,
        flags=flags,
        old_version=clean_line(pins[VERSION].text.strip('"'), 60) if new_version else None,
    )


def _accepted(spec: ServerSpec, comparison: Comparison, held: Mapping[PinKey, CleanText]) -> tuple[PinKey, ...]:
    """What is new on a typed server; and a version whose change holds nothing back."""
    first_seen = () if spec.review else comparison.new
    version = (VERSION,) if VERSION in (*comparison.new, *comparison.changed) and not held else ()
    return tuple(dict.fromkeys((*(key for key in first_seen if key not in held), *version)))


def vetted(catalog: Catalog, verdict: Verdict, is_off: Callable[[str], bool]) -> Catalog:
    """Returns the catalog with everything marked that a model is not to be told of."""
    nothing = CleanText("")

    def marked(tool: ToolInfo) -> ToolInfo:
        withheld, offered = verdict.held.get(PinKey("tool", tool.name), nothing), not is_off(tool.name)
        if (tool.withheld, tool.offered) == (withheld, offered):
            return tool  # a copy of each of ten thousand would be felt
        return replace(tool, withheld=withheld, offered=offered)

    return replace(
        catalog,
        tools=tuple(map(marked, catalog.tools)),
        prompts=tuple(
            replace(prompt, withheld=verdict.held.get(PinKey("prompt", prompt.name), nothing))
            for prompt in catalog.prompts
        ),
    )


def reviews(verdict: Verdict, current: Mapping[PinKey, str], pinned: PinSet | None) -> tuple[DefinitionReview, ...]:
    """Returns what waits as a person reads it: changed before new, what is odd first."""
    pins = pinned.pins if pinned else {}
    order = sorted(verdict.held, key=lambda key: (key not in verdict.flags, verdict.held[key] is NEW, key))
    shown = [
        DefinitionReview(
            key.kind,
            clean_line(key.name, 200),
            _difference(pins[key].text, current[key]) if key in pins else whole(current[key]),
            verdict.flags.get(key, ()),
        )
        for key in order[:_REVIEWS_SHOWN]
    ]
    if len(order) > len(shown):
        rest = CleanText(f"and {len(order) - len(shown):,} more definitions; the Tools screen (3) shows every one")
        shown.append(DefinitionReview("tool", CleanText("…"), (("new", rest),)))
    return tuple(shown)


def _difference(before: str, after: str) -> tuple[DiffPiece, ...]:
    return whole(after, "same") if before == after else word_diff(before, after)


def _flags(text: str, foreign_names: Collection[str]) -> tuple[CleanText, ...]:
    return tuple(CleanText(f"{flag.code} {flag.text}") for flag in scan(text, foreign_names))
