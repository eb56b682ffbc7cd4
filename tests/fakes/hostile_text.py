"""Text that attacks a terminal, a screen library and a reader: one string that holds every kind.

Sources: ECMA-48 (C0, C1, CSI, OSC, DCS, SOS, PM, APC), xterm (OSC 0, 8, 52), kitty and sixel graphics, Unicode TR36.
"""

CLIPBOARD = "\x1b]52;c;ZXZpbA==\x07\x1b]52;c;?\x1b\\"
TITLE = "\x1b]0;owned\x07\x1b]2;owned\x1b\\"
LINK = "\x1b]8;;https://evil.example/\x1b\\https://bank.example\x1b]8;;\x1b\\\x1b]8;;https://evil.example/\x07unclosed"
CURSOR = "\x1b[2J\x1b[H\x1b[3J\x1b[6n\x1b[?1049l\x1b[?1003l\x1b[?25h\x1b[99;1H\x1bc\x1b(0\x1b7\x1b8"
HIDDEN = "\x1b[8mhidden\x1b[0m\x1b[38;5;8;8m"
STRINGS = "\x1bP+q544e\x1b\\\x1b_Gf=100;AAAA\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\"
PASSED_ON = "\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\\x1bPq#0~\x1b\\"
C1 = "\x9b2J\x9d0;owned\x9c\x90q\x9c\x84\x85\x9e\x9f"
C0 = "\x00\x01\x05\x07\x08\x0b\x0c\x0e\x0f\x7f\r"
BIDI = "\u202eexe.txt\u202c\u2066a\u2069\u200f"
UNSEEN = "\U000e0049\U000e0067\U000e006e\U000e007f\u200b\u2060\ufeff\u00ad"
MARKUP = "[/x][/][b][@click=app.quit]quit[/][link=https://evil.example]l[/link][$error]c[/] [red on [#zz]"

KINDS = {
    "clipboard": CLIPBOARD,
    "title": TITLE,
    "link": LINK,
    "cursor": CURSOR,
    "hidden": HIDDEN,
    "strings": STRINGS,
    "passed on": PASSED_ON,
    "c1": C1,
    "c0": C0,
    "bidi": BIDI,
    "unseen": UNSEEN,
    "markup": MARKUP,
}


def hostile(where: str) -> str:
    """Returns every attack in one string; `where` says in plain letters which field carried it."""
    return f"{where} {MARKUP}" + "".join(attack for kind, attack in KINDS.items() if kind != "markup") + f" end-{where}"
