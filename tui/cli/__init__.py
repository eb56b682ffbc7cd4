"""The command line: reads arguments and settings, then runs a verb or opens the app."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from tui.cli.arguments import parser, split_at_gateway
from tui.cli.output import Output
from tui.domain.errors import McpTuiError


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code; `arguments.EPILOG` says what each means."""
    _leave_no_core_dump()
    words, operation = split_at_gateway(sys.argv[1:] if argv is None else argv)
    given = parser().parse_args(words)
    if given.verb == "gateway":
        from tui.cli.gateway import parse_operation

        given = parse_operation(operation, given)
    output = Output(as_json=getattr(given, "json", False))
    try:
        return _run(given, output)
    except McpTuiError as error:
        output.complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    finally:
        _let_go_of_output()


def _leave_no_core_dump() -> None:
    """A core dump would put every key in memory into a file of the system's choosing."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _let_go_of_output() -> None:
    """The reader of our output, or the terminal, may have left; Python must not complain about it while it exits."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run(given: Namespace, output: Output) -> int:
    if given.reset_terminal:
        from tui.ui.guard import reset_sequence
        from tui.ui.line_settings import make_sane

        make_sane(sys.stdin.fileno())
        sys.stdout.write(reset_sequence())
        return 0
    from tui.cli.invocation import invocation
    from tui.cli.verbs import function_of

    verb = function_of(given.verb, getattr(given, "action", None))
    return verb(invocation(given, output))
