"""What the rail says of each tool's rule."""

from tests.fakes.chat_ports import tool
from tui.config.schema import PolicySettings
from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ServerStatus
from tui.domain.text import clean
from tui.ui.widgets.servers.server_rows import draw, pane_rows, tool_rules

FILES = ServerName("files")
NARROWEST = 25
"""Cells of the pane from 80 columns on."""
CATALOGS = {FILES: Catalog(FILES, (tool("read", read_only=True), tool("write")))}


def test_a_believed_server_s_reading_tools_run_and_its_others_ask() -> None:
    assert tool_rules(PolicySettings(), CATALOGS) == {}
    believed = PolicySettings(servers={"files": "read-only"})
    assert tool_rules(believed, CATALOGS) == {"files.read": "allow", "files.write": "ask"}


def test_an_untrusted_server_says_which_keys_lead_to_its_trust_in_the_narrowest_pane() -> None:
    status = ServerStatus(FILES, "stdio", "untrusted", clean("npx"), hint=clean("Look at what it would run."))
    server, note = pane_rows([status], {}, {}, set(), "")
    words = ["".join(text for text, _ in draw(row, "").left) for row in (server, note)]
    assert words[0].endswith("untrusted")
    assert words[1].strip() == "alt+2, t: look at it"
    assert all(len(each) <= NARROWEST for each in words)


def test_a_tool_s_own_rule_beats_its_server_s() -> None:
    policy = PolicySettings(servers={"files": "deny"}, tools={"files.read": "allow"})
    assert tool_rules(policy, CATALOGS) == {"files.read": "allow", "files.write": "deny"}
