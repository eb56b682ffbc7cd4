"""How many tokens a text is likely to be, without the model's own tokenizer.

Four characters of plain English or code make about one token; other scripts need more, in step with their length in
UTF-8: about two tokens for three Cyrillic letters, one for a Chinese character. The figure is for budgets and windows,
where a little too much is safer than too little; what a provider reports always replaces it.
"""

_AUDIO_BYTES_A_TOKEN = 500
"""Speech is counted at 32 tokens a second or less, and a second of it takes 16 kB as MP3 and more as WAV."""


def estimate_audio_tokens(size: int) -> int:
    """Returns the estimated tokens of a recording of `size` bytes."""
    return size // _AUDIO_BYTES_A_TOKEN + 1


def estimate_tokens(text: str) -> int:
    """Returns the estimated tokens of `text`, rounded up; 0 only for an empty text."""
    if text.isascii():
        return (len(text) + 3) // 4
    plain = len(text.encode("ascii", "ignore"))
    foreign_bytes = len(text.encode("utf-8", "surrogatepass")) - plain
    return (plain * 3 + foreign_bytes * 4 + 11) // 12
