"""`mcp-tui job`: what people do with a gateway, as verbs made from the table of jobs."""

from dataclasses import replace

from tui.bus import Inbox
from tui.cli.answers import print_answer
from tui.cli.gateway import WITNESS_TIMEOUT_S, witnesses
from tui.cli.invocation import Invocation
from tui.cli.operations import given_arguments
from tui.cli.output import Output
from tui.domain.events import NoticePosted
from tui.engine import Engine
from tui.gateway.jobs.table import JOB_BY_NAME


def do_job(call: Invocation) -> int:
    """Does one job and prints its answer; what happens on the way goes to stderr."""
    job = JOB_BY_NAME[call.given.operation]
    arguments = given_arguments(job, call.given)

    async def verb(engine: Engine) -> int:
        await engine.servers.settled(WITNESS_TIMEOUT_S)
        answer = await engine.jobs.operate(job.name, arguments, call.output.aside)
        heard = engine.bus.subscribe()
        print_answer(call.output, answer)
        if engine.jobs.healing:
            await _follow(heard, call.output)
        return 0

    return call.on_engine(verb, replace(call.settings, servers=witnesses(call.settings), follow_session=True))


async def _follow(heard: Inbox, output: Output) -> None:
    """Tells what healing does until somebody interrupts."""
    output.aside("Watching. ctrl+c ends it; what was changed stays until `job heal-undo`.")
    while True:
        await heard.wait()
        for event in heard.drain():
            if isinstance(event, NoticePosted):
                output.aside(f"{event.text} {event.hint}".rstrip())
