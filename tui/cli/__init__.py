"""The command line: reads arguments and settings, then runs a verb or opens the app."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from tui.cli.arguments import TABLE_VERBS, parser, split_at_table
from tui.cli.output import Output
from tui.cli.streams import let_go_of_output, prepare_streams
from tui.domain.errors import McpTuiError


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code; `arguments.EPILOG` says what each means."""
    _leave_no_core_dump()
    prepare_streams()
    words, operation = split_at_table(sys.argv[1:] if argv is None else argv)
    given = parser(words).parse_args(words)
    if given.verb in TABLE_VERBS:
        from tui.cli.operations import parse_operation

        given = parse_operation(operation, given)
    try:
        return _carried_out(given, Output(as_json=getattr(given, "json", False)))
    except BrokenPipeError:
        return 1
    finally:
        let_go_of_output()


def _leave_no_core_dump() -> None:
    """A core dump would put every key in memory into a file of the system's choosing."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _carried_out(given: Namespace, output: Output) -> int:
    try:
        code = _run(given, output)
        output.flush()
        return code
    except McpTuiError as error:
        output.complain(error)
        return error.exit_code
    except (KeyboardInterrupt, EOFError):
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - edge: the whole run; a fault leaves a report, not a traceback
        output.complain(_as_report(error))
        return 1


def _as_report(error: Exception) -> McpTuiError:
    from tui.config.paths import find_paths
    from tui.crash import crash_report

    line, _, details = crash_report(error, find_paths(os.environ).crashes, os.environ).partition("\n")
    return McpTuiError(line.removeprefix("mcp-tui "), details)


def _run(given: Namespace, output: Output) -> int:
    if given.reset_terminal:
        from tui.ui.terminal.guard import reset_sequence
        from tui.ui.terminal.line_settings import make_sane

        make_sane(sys.stdin.fileno())
        sys.stdout.write(reset_sequence())
        return 0
    from tui.cli.invocation import invocation
    from tui.cli.verbs import function_of

    verb = function_of(given.verb, getattr(given, "action", None))
    return verb(invocation(given, output))
