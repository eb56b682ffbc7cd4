"""Markdown made up for the benches, and its tokens."""

import re
from itertools import count

_TOKEN = re.compile(r"\s?\w{1,6}|\n+|\s|[^\w\s]{1,2}")
_WORDS = (
    "the gateway routes every request through a weighted pool of providers and keeps a ledger of tokens cost latency "
    "health so that a failing upstream is cooled down while others take its load without the user noticing"
)


def section(number: int) -> str:
    """Returns about 200 tokens: a paragraph, a heading, a list, a fence and a table."""
    words = _WORDS.split()
    turned = " ".join(words[number % 7 :] + words[: number % 7])
    return (
        f"Section {number} opens: {turned}. It has **bold words**, *italic* and `code_{number}` "
        f"with a [link](http://x/{number}).\n\n## Heading {number}\n\n- first point\n"
        f"- second `point` with {turned[:60]}\n"
        f"- third **point** here\n\n```python\ndef handler_{number}(request, pool={number}):\n"
        "    for upstream in pool.pick(request.model):\n        try:\n"
        f"            return upstream.call(request, timeout={number % 30})\n"
        "        except UpstreamError as error:  # cool it down\n            pool.cool(upstream, error)\n```\n\n"
        f"| provider | p50 ms | cost |\n|---|---:|---:|\n| alpha-{number} | {number * 3 % 97} | 0.{number % 10}12 |\n\n"
    )


def text_of(kind: str, tokens: int) -> str:
    """Returns a text: `mixed` of about so many tokens; `list`, `table` and `fence` have their own lengths."""
    match kind:
        case "list":
            return "".join(f"- item {number} with **some** words and `code`\n" for number in range(60))
        case "table":
            return "| name | count | note |\n|---|--:|---|\n" + "".join(
                f"| row {number} | {number * 7} | a note of some words |\n" for number in range(60)
            )
        case "fence":
            lines = "".join(f'    value_{number} = compute({number}, name="x")\n' for number in range(200))
            return f"```python\n{lines}```\n"
        case _:
            sections = (section(number) for number in count())
            text, have = "", 0
            while have < tokens:
                text += (more := next(sections))
                have += len(_TOKEN.findall(more))
            return text


def tokens_of(kind: str, tokens: int) -> list[str]:
    """Returns the tokens of such a text; of `mixed` exactly as many as asked for."""
    found = _TOKEN.findall(text_of(kind, tokens))
    return found[:tokens] if kind == "mixed" else found
