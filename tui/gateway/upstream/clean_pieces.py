"""Text that arrives in pieces, cleaned so that the pieces joined are the whole text cleaned."""

from tui.domain.text import CleanText, clean


class CleanPieces:
    """Holds back what only the next piece can decide: a carriage return, a joiner, half a surrogate pair."""

    def __init__(self) -> None:
        self._before = ""
        """The last character that went out; it decides about joiners after it."""
        self._waiting = ""

    def feed(self, piece: str) -> CleanText:
        """Returns what can be shown now; maybe nothing."""
        text = self._waiting + piece
        if text.isascii() and text.isprintable():
            # Most pieces: nothing in them is cleaned, nor by what stands around them.
            self._waiting, self._before = "", text[-1:] or self._before
            return CleanText(text)
        end = len(text)
        while end and clean(text[end - 1]) != text[end - 1]:
            end -= 1
        self._waiting = text[end:]
        return self._cleaned(text[:end])

    def end(self) -> CleanText:
        """Returns the cleaned rest."""
        rest, self._waiting = self._waiting, ""
        return self._cleaned(rest)

    def _cleaned(self, text: str) -> CleanText:
        if not text:
            return CleanText("")
        cleaned = clean(self._before + with_whole_pairs(text))
        shown = CleanText(cleaned[len(self._before) :])
        self._before = text[-1]
        return shown


def with_whole_pairs(text: str) -> str:
    """Returns `text` with split surrogate pairs joined and lone halves replaced by U+FFFD."""
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
