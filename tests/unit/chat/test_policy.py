"""What may run without a question, and why."""

import pytest

from tests.fakes.chat_ports import tool
from tui.chat.guard import Ceiling, Repeats, Taint, call_in_text
from tui.chat.policy import Standing, decide
from tui.config.schema import PolicySettings
from tui.domain.text import CleanText

READ, WRITE = tool("read", read_only=True), tool("write")

CASES = {
    "a read-only tool of a server that is believed runs": (READ, {}, {"believed": True}, "allow"),
    "an annotation of a server nobody chose to believe counts for nothing": (READ, {}, {"believed": False}, "ask"),
    "a tool that may change something is asked for": (WRITE, {}, {"believed": True}, "ask"),
    "a stored rule comes first": (
        WRITE,
        {"tools": {"files.write": "deny"}},
        {"believed": True, "stored": "allow"},
        "allow",
    ),
    "a stored no beats a read-only tool": (READ, {}, {"believed": True, "stored": "deny"}, "deny"),
    "the tool's rule beats the server's": (
        WRITE,
        {"tools": {"files.write": "deny"}, "servers": {"files": "allow"}},
        {"believed": True},
        "deny",
    ),
    "the server's rule beats a session grant": (
        WRITE,
        {"servers": {"files": "deny"}},
        {"believed": True, "granted": True},
        "deny",
    ),
    "a session grant runs": (WRITE, {}, {"believed": False, "granted": True}, "allow"),
    "a rule to ask is satisfied by a session grant": (
        READ,
        {"tools": {"files.read": "ask"}},
        {"believed": True, "granted": True},
        "allow",
    ),
    "a rule to ask asks even for a read-only tool": (READ, {"servers": {"files": "ask"}}, {"believed": True}, "ask"),
    "a grant does not cover what could carry data out": (
        WRITE,
        {},
        {"believed": True, "granted": True, "carries_out": CleanText("notes.read")},
        "ask",
    ),
    "a written rule covers what could carry data out": (
        WRITE,
        {"tools": {"files.write": "allow"}},
        {"believed": True, "carries_out": CleanText("notes.read")},
        "allow",
    ),
    "mode none denies what would ask": (WRITE, {"approve": "none"}, {"believed": True}, "deny"),
    "mode none runs what need not ask": (READ, {"approve": "none"}, {"believed": True}, "allow"),
    "mode read-only runs read-only tools": (READ, {"approve": "read-only"}, {"believed": True}, "allow"),
    "a server's rule of read-only asks for what may change something": (
        WRITE,
        {"servers": {"files": "read-only"}},
        {"believed": True},
        "ask",
    ),
    "a server's rule of read-only runs what it says only reads": (
        READ,
        {"servers": {"files": "read-only"}},
        {"believed": True},
        "allow",
    ),
    "mode none denies what is only said to be read-only": (READ, {"approve": "none"}, {"believed": False}, "deny"),
    "mode read-only changes nothing whatever a rule allows": (
        WRITE,
        {"approve": "read-only", "tools": {"files.write": "allow"}},
        {"believed": True},
        "deny",
    ),
    "mode all runs what would ask": (WRITE, {"approve": "all"}, {"believed": False}, "allow"),
    "mode all leaves a no a no": (
        WRITE,
        {"approve": "all", "servers": {"files": "deny"}},
        {"believed": True},
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
    assert taint.carries_out(post, believed=True) == ""
    taint.read(read, believed=True)
    assert taint.carries_out(post, believed=True) == ""
    taint.read(fetch, believed=True)
    assert taint.carries_out(post, believed=True) == "notes.read"
    assert taint.carries_out(read, believed=True) == ""
    assert taint.last_read() == "web.fetch"


def test_what_a_server_says_of_itself_raises_the_bar_and_never_lowers_it():
    """`openWorldHint: false` makes what was read private; that nobody outside wrote it is not believed."""
    taint = Taint()
    taint.read(tool("read", "evil", open_world=False), believed=False)
    assert taint.carries_out(tool("post", "mail"), believed=False) == "evil.read"
    assert taint.carries_out(tool("post", "mail", open_world=False), believed=False) == "evil.read"
    assert taint.carries_out(tool("post", "evil"), believed=False) == ""


def test_whom_a_person_believes_is_written_down_or_said_for_a_run():
    settings = PolicySettings(servers={"files": "read-only", "mail": "allow"})
    assert [settings.believes(server) for server in ("files", "mail", "web")] == [True, False, False]
    assert PolicySettings(approve="read-only").believes("web")


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
