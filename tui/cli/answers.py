"""How an answer of the gateway is printed: as JSON, or as figures and tables in the width of the terminal."""

import shutil
import sys

from tui.cli.output import Output
from tui.ui.answer_text import answer_text, sections


def print_answer(output: Output, answer: object) -> None:
    """Prints a result dataclass; where only some columns are shown, a last line says where the others are."""
    if output.as_json:
        output.document(answer)
        return
    found = tuple(sections(answer, width=shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
    output.text(answer_text(found))
    if any(section.shortened for section in found):
        output.say("\nOnly the main columns are shown; --json prints everything.")
