"""Which entry a line belongs to: heights of many entries with look-ups and changes in O(log n)."""

from collections.abc import Iterable


class LineIndex:
    """A Fenwick tree over heights in lines.

    Source: P. Fenwick, "A new data structure for cumulative frequency tables", 1994.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._tree: list[int] = [0]
        self._total = 0
        for height in heights:
            self.append(height)

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, position: int) -> int:
        return self._heights[position]

    @property
    def total(self) -> int:
        """Lines of all entries together."""
        return self._total

    def append(self, height: int) -> None:
        """Adds an entry at the end."""
        self._heights.append(height)
        node = len(self._heights)
        # A node holds the sum of the entries its lowest set bit spans; the spans before it are already in the tree.
        self._tree.append(height + self.start(node - 1) - self.start(node - (node & -node)))
        self._total += height

    def resize(self, position: int, height: int) -> None:
        """Gives an entry another height."""
        change = height - self._heights[position]
        if not change:
            return
        self._heights[position] = height
        self._total += change
        node = position + 1
        while node < len(self._tree):
            self._tree[node] += change
            node += node & -node

    def start(self, position: int) -> int:
        """Returns the first line of an entry: the heights of all entries before it."""
        lines = 0
        while position:
            lines += self._tree[position]
            position &= position - 1
        return lines

    def find(self, line: int) -> tuple[int, int]:
        """Returns the entry that `line` is in and the line's place inside it; the nearest entry when out of range."""
        line = max(0, min(line, self._total - 1))
        position, rest = 0, line
        step = 1 << max(0, len(self._heights).bit_length() - 1)
        while step:
            following = position + step
            if following < len(self._tree) and self._tree[following] <= rest:
                position, rest = following, rest - self._tree[following]
            step >>= 1
        return position, rest
