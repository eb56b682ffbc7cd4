"""The models of all providers as rows: found by words, abilities and price, the cheapest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content

from tui.domain.gateway_answers import ModelsAnswer, ModelView
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, age, plural, tokens
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import lines
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.lists.list_filter import holds

MODEL_COLUMNS = Columns(
    Column("Model", least=24),
    Column("Provider", 12, rank=2),
    Column("Window", 7, right=True, rank=3),
    Column("In $/M", 8, right=True),
    Column("Out $/M", 8, right=True),
    Column("Tools", 5, rank=4),
    Column("Vision", 6, rank=5),
    Column("Audio", 5, rank=6),
    Column("Price from", 12, rank=7),
    Column("Now", 9, rank=1),
)
ABILITIES = ("any", "tools", "vision", "audio")
PRICES = ("any", "free", "$1", "$5", "$20")
"""The most a million tokens in and a million out may cost together."""
_MOST_USD = {"free": 0.0, "$1": 1.0, "$5": 5.0, "$20": 20.0}


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """What a person looks for."""

    words: tuple[str, ...] = ()
    ability: str = "any"
    price: str = "any"


@dataclass(frozen=True, slots=True)
class FoundModels:
    """What passes a filter, and how many nobody could decide about."""

    rows: Sequence[ModelView]
    undecided: int


def price_of(model: ModelView) -> float | None:
    """Returns US dollars for a million tokens in and a million out, None when either price is unknown."""
    if model.input_usd_per_million is None or model.output_usd_per_million is None:
        return None
    return model.input_usd_per_million + model.output_usd_per_million


def found_models(models: Iterable[ModelView], wanted: ModelFilter) -> FoundModels:
    """Returns the models that pass, the cheapest first, those of unknown price last."""
    named = [one for one in models if holds(f"{one.provider}/{one.id}".lower(), wanted.words)]
    verdicts = [(one, _passes(one, wanted)) for one in named]
    rows = sorted((one for one, verdict in verdicts if verdict), key=_cheapest_first)
    return FoundModels(rows, sum(verdict is None for _, verdict in verdicts))


def _cheapest_first(model: ModelView) -> tuple[bool, float, str, str]:
    price = price_of(model)
    return price is None, price or 0.0, model.provider, model.id


def _passes(model: ModelView, wanted: ModelFilter) -> bool | None:
    """None when what is asked for is unknown and nothing known speaks against the model."""
    verdicts: list[bool | None] = []
    if wanted.ability != "any":
        verdicts.append({"tools": model.tools, "vision": model.vision, "audio": model.audio}[wanted.ability])
    if wanted.price != "any":
        price = price_of(model)
        verdicts.append(None if price is None else price <= _MOST_USD[wanted.price])
    return False if False in verdicts else None if None in verdicts else True


def model_cells(model: ModelView, width: int) -> list[Piece]:
    """Returns one row of the table."""
    return MODEL_COLUMNS.cells(
        [
            (clean_line(model.id), "bold" if model.open else "dim"),
            (clean_line(model.provider), ""),
            (tokens(model.context_tokens), "dim"),
            _price(model.input_usd_per_million),
            _price(model.output_usd_per_million),
            _flag(model.tools),
            _flag(model.vision),
            _flag(model.audio),
            (clean_line(model.price_source) if model.price_source else UNKNOWN, "dim"),
            ("● usable", "ok") if model.open else ("○ not now", "warn"),
        ],
        width,
    )


def _price(usd: float | None) -> Piece:
    if usd is None:
        return UNKNOWN, "dim"
    return ("free", "ok") if usd == 0 else (f"{usd:,.2f}" if usd >= 0.1 else f"{usd:.4f}", "")


def _flag(value: bool | None) -> Piece:
    return (UNKNOWN, "dim") if value is None else ("✓", "ok") if value else ("–", "dim")


def model_note(model: ModelView | None, answer: ModelsAnswer | None, undecided: int) -> Content:
    """Returns two lines: what is known of the chosen model, and how current the lists are."""
    if answer is None:
        return Content("")
    return lines([_chosen(model), _lists(answer, undecided)])


def _chosen(model: ModelView | None) -> Content:
    if model is None:
        return Content("")
    listed = "never listed by its provider" if model.age_s is None else f"listed {age(model.age_s)}"
    longest = model.max_output_tokens
    reply = "longest answer unknown" if longest is None else f"answers up to {tokens(longest)} tokens"
    why = () if model.open else ((f"   {model.reason or 'not usable now'}", "$text-warning"),)
    name = clean_line(f"{model.provider}/{model.id}", 60)
    return Content.assemble((name, "bold"), (f"   {reply}   {listed}", "$dim"), *why)


def _lists(answer: ModelsAnswer, undecided: int) -> Content:
    parts: list[tuple[str, str]] = []
    if undecided:
        parts.append((f"{plural(undecided, 'model')} left out: nobody says.   ", "$text-warning"))
    for one in answer.lists:
        if one.trouble:
            parts.append((f"✗ {clean_line(one.provider)}: {one.trouble}   ", "$text-error"))
    if answer.cheapest:
        parts.append((f"cheapest that is usable: {answer.cheapest}", "$dim"))
    return Content.assemble(*parts)
