"""Columns of a table at every width."""

import pytest

from tui.ui.widgets.lists.columns import Column, Columns

COLUMNS = Columns(Column("Name", 8), Column("Count", 5, right=True, rank=1), Column("Rest", rank=2, least=10))


def drawn(pieces) -> str:
    return "".join(text for text, _ in pieces)


def test_figures_stand_at_the_right_of_their_column():
    row = drawn(COLUMNS.cells([("abc", ""), ("7", ""), ("what is left", "")], 40))
    assert row == f"{'abc':8}  {'7':>5}  {'what is left':23}"


@pytest.mark.parametrize(("width", "titles"), [(40, ["Name", "Count", "Rest"]), (20, ["Name", "Count"]), (9, ["Name"])])
def test_the_least_important_columns_go_first(width, titles):
    assert drawn(COLUMNS.header(width)).split() == titles


@pytest.mark.parametrize("width", range(15, 80, 7))
def test_a_row_never_passes_the_width(width):
    assert len(drawn(COLUMNS.cells([("n" * 50, ""), ("1" * 50, ""), ("r" * 99, "")], width))) <= width
