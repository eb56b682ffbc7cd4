"""What may run without a question, and why."""

import pytest

from tests.fakes.chat_ports import tool
from tui.chat.guard import Ceiling, Repeats, Taint, call_in_text
from tui.chat.policy import Standing, decide
from tui.config.schema import PolicySettings
from tui.domain.text import CleanText

READ, WRITE = tool("read", read_only=True), tool("write")

CASES = {
    "a read-only tool of a trusted server runs": (READ, {}, {"trusted": True}, "allow"),
    "an annotation of a server that is not trusted counts for nothing": (READ, {}, {"trusted": False}, "ask"),
    "a tool that may change something is asked for": (WRITE, {}, {"trusted": True}, "ask"),
    "a stored rule comes first": (
        WRITE,
        {"tools": {"files.write": "deny"}},
        {"trusted": True, "stored": "allow"},
        "allow",
    ),
    "a stored no beats a read-only tool": (READ, {}, {"trusted": True, "stored": "deny"}, "deny"),
    "the tool's rule beats the server's": (
        WRITE,
        {"tools": {"files.write": "deny"}, "servers": {"files": "allow"}},
        {"trusted": True},
        "deny",
    ),
    "the server's rule beats a session grant": (
        WRITE,
        {"servers": {"files": "deny"}},
        {"trusted": True, "granted": True},
        "deny",
    ),
    "a session grant runs": (WRITE, {}, {"trusted": False, "granted": True}, "allow"),
    "a rule to ask is satisfied by a session grant": (
        READ,
        {"tools": {"files.read": "ask"}},
        {"trusted": True, "granted": True},
        "allow",
    ),
    "a rule to ask asks even for a read-only tool": (READ, {"servers": {"files": "ask"}}, {"trusted": True}, "ask"),
    "a grant does not cover what could carry data out": (
        WRITE,
        {},
        {"trusted": True, "granted": True, "carries_out": CleanText("notes.read")},
        "ask",
    ),
    "a written rule covers what could carry data out": (
        WRITE,
        {"tools": {"files.write": "allow"}},
        {"trusted": True, "carries_out": CleanText("notes.read")},
        "allow",
    ),
    "mode none denies what would ask": (WRITE, {"approve": "none"}, {"trusted": True}, "deny"),
    "mode none runs what need not ask": (READ, {"approve": "none"}, {"trusted": True}, "allow"),
    "mode read-only runs read-only tools": (READ, {"approve": "read-only"}, {"trusted": True}, "allow"),
    "mode read-only believes only trusted servers": (READ, {"approve": "read-only"}, {"trusted": False}, "deny"),
    "mode read-only changes nothing whatever a rule allows": (
        WRITE,
        {"approve": "read-only", "tools": {"files.write": "allow"}},
        {"trusted": True},
        "deny",
    ),
    "mode all runs what would ask": (WRITE, {"approve": "all"}, {"trusted": False}, "allow"),
    "mode all leaves a no a no": (
        WRITE,
        {"approve": "all", "servers": {"files": "deny"}},
        {"trusted": True},
        "deny",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_policy(case):
    info, settings, standing, rule = CASES[case]
    decision = decide(info, PolicySettings(**settings), Standing(**standing))
    assert decision.rule == rule
    assert decision.reason


def test_private_data_foreign_words_and_a_way_out_make_a_leak():
    fetch, read, post = tool("fetch", "web"), tool("read", "notes", open_world=False), tool("post", "mail")
    taint = Taint()
    assert taint.carries_out(post, trusted=True) == ""
    taint.read(read, trusted=True)
    assert taint.carries_out(post, trusted=True) == ""
    taint.read(fetch, trusted=True)
    assert taint.carries_out(post, trusted=True) == "notes.read"
    assert taint.carries_out(read, trusted=True) == ""
    assert taint.last_read() == "web.fetch"


def test_a_server_that_is_not_trusted_may_be_private_and_foreign_at_once():
    taint = Taint()
    taint.read(tool("read", "evil", open_world=False), trusted=False)
    assert taint.carries_out(tool("post", "mail"), trusted=True) == "evil.read"
    assert taint.carries_out(tool("post", "evil"), trusted=False) == ""


def test_a_lifted_ceiling_allows_the_same_amount_once_more():
    ceiling = Ceiling(10, used=25)
    assert ceiling.reached
    ceiling.lift()
    assert (ceiling.limit, ceiling.reached) == (35, False)


def test_repeats_look_through_the_order_of_names():
    repeats = Repeats(1)
    repeats.of_call(READ, '{"a": 1, "b": 2}').used += 1
    assert repeats.of_call(READ, '{"b": 2, "a": 1}').reached
    assert not repeats.of_call(READ, '{"b": 2}').reached


@pytest.mark.parametrize(
    ("text", "spelled"), [('<tool_call>{"name":"x"}</tool_call>', True), ("Use the tool_call field.", False)]
)
def test_a_call_spelled_as_text_is_recognised(text, spelled):
    assert call_in_text(text) is spelled
