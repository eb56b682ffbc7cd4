"""URI templates, with the examples of RFC 6570."""

import pytest

from tui.ui.widgets.form.uri_template import expand, variables

VALUES = {"var": "value", "hello": "Hello World!", "path": "/foo/bar", "empty": "", "x": "1024", "y": "768"}
EXAMPLES = [
    ("{var}", "value"),
    ("{hello}", "Hello%20World%21"),
    ("{+hello}", "Hello%20World!"),
    ("{+path}/here", "/foo/bar/here"),
    ("X{#var}", "X#value"),
    ("map?{x,y}", "map?1024,768"),
    ("{x,hello,y}", "1024,Hello%20World%21,768"),
    ("X{.x,y}", "X.1024.768"),
    ("{/var,x}/here", "/value/1024/here"),
    ("{;x,y,empty}", ";x=1024;y=768;empty"),
    ("{?x,y}", "?x=1024&y=768"),
    ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
    ("{var:3}", "val"),
    ("{missing}", ""),
    ("{?missing,x}", "?x=1024"),
    ("{/path*}", "/%2Ffoo%2Fbar"),
    ("no braces", "no braces"),
    ("{unclosed", "{unclosed"),
    ("{}", ""),
]


@pytest.mark.parametrize(("template", "uri"), EXAMPLES)
def test_a_template_is_expanded_as_the_rfc_says(template, uri):
    assert expand(template, VALUES) == uri


def test_variables_are_named_once_in_their_order():
    assert variables("demo://{kind}/{id}{?page,kind:2}{/rest*}") == ["kind", "id", "page", "rest"]
