"""`mcp-tui gateway`: every operation of the gateway as a verb, made from the table of operations."""

from dataclasses import replace

from tui.cli.answers import print_answer
from tui.cli.ask import exit_code
from tui.cli.invocation import Invocation
from tui.cli.operations import given_arguments
from tui.config.schema import Settings
from tui.domain.gateway_routing import RouteAnswer
from tui.domain.servers import ServerSpec
from tui.engine import Engine
from tui.gateway.operations import OPERATION_BY_NAME

WITNESS_TIMEOUT_S = 30.0
"""How long a gateway's own MCP server may take to start."""


def operate(call: Invocation) -> int:
    """Carries out one operation and prints its answer."""
    operation = OPERATION_BY_NAME[call.given.operation]
    arguments = given_arguments(operation, call.given)

    async def verb(engine: Engine) -> int:
        await engine.servers.settled(WITNESS_TIMEOUT_S)
        answer = await engine.gateway.operate(operation.name, arguments)
        print_answer(call.output, answer)
        return exit_code(answer.outcome, answer.failure) if isinstance(answer, RouteAnswer) else 0

    # The session in question is the one a person is in, or was in last.
    return call.on_engine(verb, replace(call.settings, servers=witnesses(call.settings), follow_session=True))


def witnesses(settings: Settings) -> tuple[ServerSpec, ...]:
    """The servers that have a part in it: only the one that speaks for the gateway in use."""
    named = {gateway.mcp_server for gateway in settings.gateways if gateway.name == settings.gateway}
    return tuple(server for server in settings.servers if server.name in named)
