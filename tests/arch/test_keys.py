"""No key means two things in one place."""

from collections import defaultdict

import pytest

from tui.ui.keys import ACTIONS, actions

# Areas whose bindings are alive at the same time: the app's, the screen's and the focused widget's.
TOGETHER = [
    ("app", "chat"),
    ("composer",),
    ("transcript",),
    ("list", "servers"),
    ("list", "tools"),
    ("list", "gateway", "health"),
    ("list", "gateway", "cost"),
    ("list", "gateway", "combos"),
    ("list", "gateway", "models"),
    ("list", "gateway", "route"),
    ("list", "gateway", "quota"),
    ("list", "gateway", "audit"),
    ("list", "combo", "dialog"),
    ("list", "sessions"),
    ("list", "trace"),
    ("list", "logs"),
    ("approval",),
]
# A focused field is asked first, so it may take a key of the screen around it; within one layer it may not.


@pytest.mark.parametrize("areas", TOGETHER, ids=" + ".join)
def test_no_two_actions_of_one_layer_share_a_key(areas: tuple[str, ...]) -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for area in areas:
        for action in actions(area):
            for key in action.keys.split(","):
                owners[key].append(action.id)
    assert {key: ids for key, ids in owners.items() if len(ids) > 1} == {}


def test_every_action_has_one_id() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


def test_every_action_says_what_it_does() -> None:
    assert [action.id for action in ACTIONS if not action.help or not action.label] == []
