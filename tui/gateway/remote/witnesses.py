"""The witnesses of an answer, put into words."""

from tui.domain.gateway_witness import Witness
from tui.domain.text import CleanText, clean_line


def relied_on(source: str, age_s: float | None = 0.0, fact: str = "") -> Witness:
    """Returns the witness whose word an answer, or one fact of it, gives."""
    return Witness(clean_line(fact), clean_line(source), age_s=age_s)


def silent(source: str, why: object, fact: str = "", age_s: float | None = None) -> Witness:
    """Returns the witness that could not be heard; `age_s` is that of the older word used in place of a new one."""
    return Witness(clean_line(fact), clean_line(source), "silent", age_s, clean_line(why))


def compared(fact: str, source: str, relied: object, said: object, age_s: float | None = 0.0) -> Witness:
    """Returns a further witness of a fact whose word was `relied`: it agrees, or what it `said` stands beside it."""
    agrees = relied == said
    word = CleanText("") if agrees else clean_line(f"says {said}, not {relied}")
    return Witness(clean_line(fact), clean_line(source), "agrees" if agrees else "disagrees", age_s, word)
