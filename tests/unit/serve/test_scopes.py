"""Scopes: nine words, two wildcards and `*`; everything else grants nothing."""

import pytest

from tui.domain.errors import UsageError
from tui.serve.scopes import SCOPES, WILDCARDS, checked_scopes, missing_scopes

READ = {scope for scope in SCOPES if scope.startswith("read:")}
WRITE = {scope for scope in SCOPES if scope.startswith("write:")}
GRANTED = {**{scope: {scope} for scope in SCOPES}, "read:*": READ, "write:*": WRITE, "*": set(SCOPES)}


@pytest.mark.parametrize("grant", GRANTED)
def test_a_grant_covers_exactly_its_own(grant: str) -> None:
    assert {scope for scope in SCOPES if not missing_scopes([grant], [scope])} == GRANTED[grant]


def test_every_needed_scope_must_be_held() -> None:
    assert missing_scopes(["read:health"], ["read:health", "read:combos"]) == ("read:combos",)
    assert missing_scopes(["read:health", "read:combos"], ["read:health", "read:combos"]) == ()
    assert missing_scopes([], SCOPES) == SCOPES


TRICKS = [
    *("READ:HEALTH", "Read:health", "read:health ", " read:health", "read:heal", "read:health:", "read", "read:", ""),
    *("read:*:health", "r*", "read:h*", "**", "*:*", "execute:*", "read:нealth", "read：health", "read:health\x00"),
    *("read:\u200bhealth", "write:\u2217", "＊", "read:health,write:budget"),
]


@pytest.mark.parametrize("trick", TRICKS)
def test_what_only_looks_like_a_scope_grants_nothing(trick: str) -> None:
    assert missing_scopes([trick], SCOPES) == SCOPES


def test_a_tools_scope_that_does_not_exist_is_never_held() -> None:
    assert missing_scopes(["*"], ["admin:all"]) == ("admin:all",)


def test_typed_scopes_may_be_separated_by_commas_or_spaces() -> None:
    assert checked_scopes(["read:health,read:combos", "write:* *"]) == {"read:health", "read:combos", "write:*", "*"}
    assert checked_scopes([*SCOPES, *WILDCARDS]) == {*SCOPES, *WILDCARDS}


@pytest.mark.parametrize("typed", [[], [""], [","], ["read:all"], ["read:health", "root"], ["READ:HEALTH"]])
def test_a_key_is_not_made_with_other_words(typed: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        checked_scopes(typed)
    assert "read:health" in raised.value.hint
