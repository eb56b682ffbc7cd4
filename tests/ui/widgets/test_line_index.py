"""Line numbers to entries and back."""

import random

from tui.ui.widgets.transcript.line_index import LineIndex


def test_the_index_agrees_with_counting_whatever_is_added_and_changed() -> None:
    dice = random.Random(7)
    heights: list[int] = []
    index = LineIndex()
    for _ in range(400):
        if heights and dice.random() < 0.5:
            place, height = dice.randrange(len(heights)), dice.randint(0, 9)
            heights[place] = height
            index.resize(place, height)
        else:
            heights.append(dice.randint(0, 9))
            index.append(heights[-1])
        place = dice.randrange(len(heights))
        assert index.start(place) == sum(heights[:place])
        assert index.total == sum(heights)
    lines = [(place, inside) for place, height in enumerate(heights) for inside in range(height)]
    assert [index.find(line) for line in range(index.total)] == lines


def test_a_line_out_of_range_is_in_the_nearest_entry() -> None:
    index = LineIndex([2, 3])
    assert index.find(-5) == (0, 0)
    assert index.find(99) == (1, 2)
