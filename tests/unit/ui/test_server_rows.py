"""What the rail says of each tool's rule."""

from tests.fakes.chat_ports import tool
from tui.config.schema import PolicySettings
from tui.domain.ids import ServerName
from tui.domain.servers import Catalog
from tui.ui.widgets.servers.server_rows import tool_rules

FILES = ServerName("files")
CATALOGS = {FILES: Catalog(FILES, (tool("read", read_only=True), tool("write")))}


def test_a_believed_server_s_reading_tools_run_and_its_others_ask() -> None:
    assert tool_rules(PolicySettings(), CATALOGS) == {}
    believed = PolicySettings(servers={"files": "read-only"})
    assert tool_rules(believed, CATALOGS) == {"files.read": "allow", "files.write": "ask"}


def test_a_tool_s_own_rule_beats_its_server_s() -> None:
    policy = PolicySettings(servers={"files": "deny"}, tools={"files.read": "allow"})
    assert tool_rules(policy, CATALOGS) == {"files.read": "allow", "files.write": "deny"}
