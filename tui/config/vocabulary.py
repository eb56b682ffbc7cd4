"""Every key a configuration file may hold: its type, what it means, and the field it fills.

Reading, the complaints about unknown keys and the printed reference all follow from these tables.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from tui.config.schema import ApproveMode, ServerRule, ToolRule
from tui.domain.gateway import BudgetAction, GatewayKind, ProfileName, Strategy
from tui.domain.servers import Allowance

Kind = Literal["text", "number", "usd", "integer", "integers", "flag", "texts", "mapping", "dotted"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table. `field` is the attribute it fills when that has another name."""

    name: str
    kind: Kind
    help: str
    field: str = ""
    choices: tuple[str, ...] = ()
    minimum: int = 0
    required: bool = False

    @property
    def target(self) -> str:
        """The attribute it fills."""
        return self.field or self.name


PROVIDER = (
    Key("name", "text", "What it is called here; a known name fills in the rest.", required=True),
    Key("base_url", "text", "Where it answers, up to and with `/v1`."),
    Key("api_key_env", "text", "The environment variable that holds the key. The key itself never stands in a file."),
    Key("keyring", "flag", "The key lies in the system keyring."),
    Key("headers", "mapping", "More headers for every request; `${NAME}` takes an environment variable."),
)
MODEL = (
    Key("id", "text", "The provider's name for the model.", required=True),
    Key("context_tokens", "integer", "How many tokens the model's window holds.", minimum=1),
    Key("max_output_tokens", "integer", "The longest answer.", minimum=1),
    Key("input_usd_per_million", "number", "Price of a million input tokens in US dollars."),
    Key("output_usd_per_million", "number", "Price of a million output tokens in US dollars."),
    Key("cached_input_usd_per_million", "number", "Price of a million cached input tokens; else as input."),
    Key("tools", "flag", "Whether it can call tools."),
    Key("vision", "flag", "Whether it takes pictures."),
    Key("audio", "flag", "Whether it takes sound."),
    Key("json_mode", "flag", "Whether its answers can be held to JSON."),
)
COMBO = (
    Key("name", "text", "What the chain is called.", required=True),
    Key("steps", "texts", "`provider/model`, in order.", required=True),
    Key("strategy", "text", "How the next step is chosen.", choices=get_args(Strategy)),
    Key("enabled", "flag", "Whether it may be used."),
    Key("weights", "integers", "One weight a step, for the strategy `weighted`."),
)
GATEWAY = (
    Key("name", "text", "What it is called here; chats reach its models as `NAME/model`.", required=True),
    Key(
        "kind",
        "text",
        "What it is; of an `openai` endpoint all figures are measured here.",
        choices=get_args(GatewayKind),
        required=True,
    ),
    Key("url", "text", "Where it answers; every kind but `openai` has a usual address."),
    Key("api_key_env", "text", "The environment variable that holds its key. The key itself never stands in a file."),
    Key("keyring", "flag", "The key lies in the system keyring."),
    Key("admin_key_env", "text", "The variable with the key or password for management, where that is another one."),
    Key("headers", "mapping", "More headers for every request; `${NAME}` takes an environment variable."),
    Key("mcp_server", "text", "OmniRoute's MCP server among `[servers]`: heard as a second witness."),
)
GENERAL = (Key("gateway", "text", "The gateway in use: `embedded`, or the name of one of `[[gateways]]`."),)
CHAT = (
    Key("model", "text", "The combo or `provider/model` that chats go to.", "target"),
    Key("system_prompt", "text", "What the model is told before every chat."),
    Key("temperature", "number", "0 to 2; unset leaves it to the provider."),
    Key("max_output_tokens", "integer", "The longest answer.", minimum=1),
    Key("tool_choice", "text", "`auto`, `required`, `none`, or the name of one tool."),
    Key("max_rounds", "integer", "Requests in one turn before it asks whether to go on.", minimum=1),
    Key("max_identical_calls", "integer", "The same call this often in a turn asks whether to go on.", minimum=1),
    Key("turn_timeout_s", "number", "Seconds a turn may take."),
    Key("request_timeout_s", "number", "Seconds one request may take."),
    Key("max_result_bytes", "integer", "A longer tool result is shortened, the whole kept in a file.", minimum=1024),
    Key("max_turn_bytes", "integer", "Tool results of one turn together.", minimum=1024),
    Key("max_tools", "integer", "The most tools a model is told of.", minimum=1),
)
BUDGET = (
    Key("turn_usd", "usd", "The most one turn may cost in US dollars.", "turn_microusd"),
    Key("session_usd", "usd", "The most one chat may cost.", "session_microusd"),
    Key("day_usd", "usd", "The most a day (UTC) may cost.", "day_microusd"),
    Key("month_usd", "usd", "The most a month (UTC) may cost.", "month_microusd"),
    Key(
        "action",
        "text",
        "Beyond a limit: only tell, go to a cheaper place, or ask in the chat and else refuse.",
        choices=get_args(BudgetAction),
    ),
    Key("degrade_to", "text", 'Which tier takes over with `action = "degrade"`.', choices=("cheap", "free")),
)
RESILIENCE = (Key("profile", "text", "How soon another provider takes over.", choices=get_args(ProfileName)),)
SERVER = (
    Key("command", "text", "The program of a stdio server."),
    Key("args", "texts", "Its arguments; `${NAME}` takes an environment variable."),
    Key("env", "mapping", "More environment variables for it; `${NAME}` takes one of ours."),
    Key("cwd", "text", "The directory it starts in."),
    Key("url", "text", "Where a remote server answers; `${NAME}` takes an environment variable."),
    Key("headers", "mapping", "Headers for a remote server; `${NAME}` takes an environment variable."),
    Key("transport", "text", "Normally found by itself.", choices=("stdio", "http", "sse")),
    Key("type", "text", "The same as `transport`, as other clients call it."),
    Key("enabled", "flag", "Whether it is connected at start."),
    Key("start_timeout_s", "number", "Seconds it may take to start (`npx` may have to download)."),
    Key("call_timeout_s", "number", "Seconds a call may take, whatever progress it reports."),
    Key(
        "allow",
        "texts",
        "What it may ask beyond questions to you: `sampling` (requests to your model), `roots` (your directory).",
        choices=get_args(Allowance),
    ),
)
OAUTH = (
    Key("client_id", "text", "A client registered beforehand; unset, the program registers itself where it can."),
    Key("client_secret_env", "text", "The environment variable that holds the client's secret, where it has one."),
    Key("scopes", "texts", "Asked for instead of what the server suggests."),
    Key("callback_port", "integer", "The port of the redirect URI `http://127.0.0.1:PORT/callback`; 0: a free one."),
    Key("client_metadata_url", "text", "A published client metadata document (https), as the client id."),
)
POLICY = (
    Key("approve", "text", "Which tool calls run without a question.", choices=get_args(ApproveMode)),
    Key(
        "servers",
        "dotted",
        "A rule for all tools of a server; `read-only` believes it which ones only read and asks for the others.",
        choices=get_args(ServerRule),
    ),
    Key("tools", "dotted", 'A rule for one tool, as `"server.tool" = "allow"`.', choices=get_args(ToolRule)),
)
UI = (
    Key("theme", "text", "The name of a theme."),
    Key("keys", "dotted", 'Other keys for actions, as `chat.interrupt = "ctrl+x"`.'),
)
SERVE = (
    Key("files", "texts", "Directories whose pictures and recordings callers of `serve` may name by path; else none."),
    Key(
        "fetch",
        "text",
        "Which addresses are fetched for callers: `private` lets them into this network and this machine, too.",
        choices=("public", "private"),
    ),
)
TOP = ("gateway", "gateways", "providers", "combos", "chat", "budget", "resilience", "servers", "policy", "ui", "serve")
FOREIGN_SERVER_KEYS = frozenset(
    ("disabled", "autoApprove", "alwaysAllow", "timeout", "description", "icon", "gallery", "version", "tools")
)
"""What other clients write beside a server in JSON. Only `disabled` is heeded: none of it may widen what runs."""
