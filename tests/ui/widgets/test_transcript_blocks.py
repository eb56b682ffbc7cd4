"""Markdown cut into blocks and drawn as lines, without a screen."""

import random

import pytest
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tui.ui.widgets.transcript.look import Look
from tui.ui.widgets.transcript.markdown_blocks import FENCE_JOIN, TABLE_PIECE, Block, BlockCutter
from tui.ui.widgets.transcript.markdown_lines import MarkdownRenderer
from tui.ui.widgets.transcript.wrapping import cells, fold, line_cells, wrap

LOOK = Look(*[Style(color=Color.from_rgb(number, 0, 0)) for number in range(16)])

EVERYTHING = """# A title
A paragraph with *emphasis*, **weight**, `code` and a [link](https://example.org/x)
on two lines
- one
- two

  still two
  ```python
  x = 1
  ```
- three
   1. nested

| name | count |
|:-----|------:|
| a    | 2     |
```python
def f():
    return "a"
```
> quoted

---
1. first
2. second

last"""


def drawn(text: str, width: int = 40) -> list[str]:
    renderer = MarkdownRenderer(width, LOOK)
    lines: list[str] = []
    for block in blocks_of(text):
        lines += [""] * (block.gap and bool(lines))
        lines += ["".join(segment.text for segment in line).rstrip() for line in renderer.lines(block)]
    return lines


def arriving(text: str, size: int) -> list[Block]:
    cutter = BlockCutter()
    for place in range(0, len(text), size):
        cutter.feed(text[place : place + size])
    cutter.finish()
    return cutter.blocks


def blocks_of(text: str) -> list[Block]:
    return arriving(text, len(text))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_the_blocks_do_not_depend_on_how_the_text_arrives(size: int) -> None:
    assert arriving(EVERYTHING, size) == blocks_of(EVERYTHING)


def test_any_text_is_cut_without_losing_a_word() -> None:
    dice = random.Random(1)
    pieces = [
        "word",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "```\n",
        "~~~\n",
        "# ",
        "| a | b |",
        "|--|--|",
        "    ",
        "> ",
        "---",
        " ",
    ]
    for _ in range(300):
        text = "".join(dice.choice(pieces) for _ in range(dice.randint(1, 40)))
        blocks = arriving(text, dice.randint(1, 5))
        assert sum(block.text.count("word") for block in blocks) == text.count("word"), text


def test_no_word_is_missing_while_the_text_still_arrives() -> None:
    text = "First\n- **a.log** two\n- **worker.log** one\n\nThe 30 s\n# Title\n| a | b |\n|--|--|\n| c | d |\nend"
    cutter = BlockCutter()
    for size, char in enumerate(text, 1):
        cutter.feed(char)
        shown = "".join(block.text for block in (*cutter.blocks, *cutter.open_blocks))
        assert "".join(shown.split()) == "".join(text[:size].split())


def test_complete_blocks_are_not_touched_again_while_text_arrives() -> None:
    cutter = BlockCutter()
    cutter.feed("first\n\nsecond\n\n")
    assert cutter.feed("third\n\nfourth") == 2
    assert cutter.feed(" goes on") == 3
    assert [block.text for block in cutter.blocks] == ["first", "second", "third"]
    assert [block.text for block in cutter.open_blocks] == ["fourth goes on"]


def test_a_long_open_fence_is_cut_and_joined_when_it_closes() -> None:
    cutter = BlockCutter()
    cutter.feed("before\n\n```python\n" + "x = 1\n" * 100)
    assert cutter.open_blocks[0].text.count("\n") < 30
    assert cutter.feed("```\n") == 1
    assert [block.kind for block in cutter.blocks] == ["text", "fence"]
    assert cutter.blocks[1].text == "\n".join(["x = 1"] * 100)


def test_a_very_long_fence_stays_in_pieces() -> None:
    blocks = blocks_of("```\n" + "x\n" * (FENCE_JOIN * 2) + "```\n")
    assert len(blocks) > 1
    assert sum(block.text.count("x") for block in blocks) == FENCE_JOIN * 2


def test_a_long_table_keeps_its_columns_from_piece_to_piece() -> None:
    table = "| name | n |\n|---|--:|\n" + "".join(f"| row {number} | {number} |\n" for number in range(TABLE_PIECE * 3))
    lines = drawn(table)
    assert len(lines) == TABLE_PIECE * 3 + 2
    assert len({len(line) for line in lines}) == 1


def test_one_endless_line_is_cut_so_that_drawing_stays_cheap() -> None:
    cutter = BlockCutter()
    for _ in range(100):
        cutter.feed("word " * 200)
    assert len(cutter.open_blocks[0].text) < 12_001


DRAWN = [
    ("# Title\ntext", ["Title", "text"]),
    ("- a\n- b", ["  • a", "  • b"]),
    ("- a\n\n- b", ["  • a", "", "  • b"]),
    ("- a\n  - b\n    - c", ["  • a", "      • b", "          • c"]),
    ("3. x\n4. y", ["  3. x", "  4. y"]),
    ("[text](https://e.org)", ["text (https://e.org)"]),
    ("<https://e.org>", ["https://e.org"]),
    ("![alt](a.png)", ["[image alt] a.png"]),
    ("<b>bold</b> [/nope]", ["<b>bold</b> [/nope]"]),
    ("| a | bb |\n|---|--:|\n| 1 | 2 |", ["a  bb", "─────", "1   2"]),
    ("> q", ["│ q"]),
    ("```\n  code\n```", ["   code"]),
    ("a **b**, c", ["a b, c"]),
    ("hard  \nbreak", ["hard", "break"]),
]


@pytest.mark.parametrize(("markdown", "lines"), DRAWN)
def test_markdown_is_drawn_as(markdown: str, lines: list[str]) -> None:
    assert drawn(markdown) == lines


@pytest.mark.parametrize(
    "text", ["&#x202E;evil", "`&#13;`&#27;[2J", "[a](http://x/&#x202e;)", "&#x9b;31m", "![&#8238;](x)"]
)
def test_an_entity_cannot_smuggle_in_what_cleaning_took_out(text: str) -> None:
    assert not any(char in line for line in drawn(text) for char in "\u202e\r\x1b\x9b")


def test_nothing_is_a_terminal_hyperlink() -> None:
    renderer = MarkdownRenderer(40, LOOK)
    lines = [line for block in blocks_of("[a](https://e.org) <https://f.org>") for line in renderer.lines(block)]
    assert not any(segment.style and segment.style.link for line in lines for segment in line)


@pytest.mark.parametrize("width", [2, 3, 7, 20])
@pytest.mark.parametrize(
    "text", ["plain words in a row", "漢字かな交じり文", "a" * 50, "x 漢字" * 9, "", "  lead", "e\u0301" * 9]
)
def test_wrapped_lines_are_never_wider_than_asked_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap([Segment(text, Style())], width)
    assert all(line_cells(line) <= width for line in lines)
    assert "".join(s.text for line in lines for s in line).replace(" ", "") == text.replace(" ", "")


def test_a_word_is_not_torn_where_its_style_changes() -> None:
    bold = Style(bold=True)
    lines = wrap([Segment("aaaa ", Style()), Segment("bb", bold), Segment(",", Style())], 7)
    assert ["".join(s.text for s in line) for line in lines] == ["aaaa", "bb,"]


def test_folding_code_keeps_every_space() -> None:
    lines = fold([Segment("    a  b" * 3, Style())], 10)
    assert "".join(s.text for line in lines for s in line) == "    a  b" * 3


def test_an_unknown_language_is_shown_plain() -> None:
    assert drawn("```no-such-language\nx\n```") == [" x"]


def test_a_wide_table_is_fitted_by_wrapping_its_widest_column() -> None:
    lines = drawn("| a | b |\n|---|---|\n| x | " + "word " * 30 + "|", 30)
    assert max(cells(line) for line in lines) <= 30
    assert sum(line.count("word") for line in lines) == 30
