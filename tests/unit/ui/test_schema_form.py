"""The generated form as a person uses it."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Select, Static, TextArea

from tui.ui.theme import VARIABLE_DEFAULTS
from tui.ui.widgets.form.schema_form import SchemaForm

SCHEMA = {
    "type": "object",
    "required": ["path", "level"],
    "properties": {
        "path": {"type": "string", "description": "where [b]to[/b] look"},
        "level": {"type": "string", "enum": ["low", "high"]},
        "limit": {"type": "integer", "minimum": 1, "default": 10},
        "recursive": {"type": "boolean", "default": True},
        "dry": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "days": {"type": "array", "items": {"type": "string", "enum": ["mon", "tue"]}},
        "page": {"type": "object", "properties": {"size": {"type": "number"}}},
        "extra": {"type": "object"},
    },
}


class FormApp(App[None]):
    def __init__(self, schema, values=None, suggest=None):
        super().__init__()
        self.given = schema, values
        self.suggest = suggest
        self.submitted = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def compose(self) -> ComposeResult:
        self.form = SchemaForm(*self.given, suggest=self.suggest)
        yield self.form

    def on_schema_form_submitted(self) -> None:
        self.submitted += 1


def said(form: SchemaForm) -> str:
    """What the form shows as text."""
    return "\n".join(str(each.content) for each in form.query(Static) if each.display)


async def test_an_untouched_form_holds_defaults_only_and_names_what_is_missing():
    app = FormApp(SCHEMA)
    async with app.run_test(size=(80, 50)):
        assert app.form.values() == {"limit": 10, "recursive": True}
        assert app.form.problems() == ["path: is required", "level: is required"]


async def test_a_form_is_filled_by_keys_alone():
    app = FormApp(SCHEMA)
    async with app.run_test(size=(80, 50)) as pilot:
        app.form.focus_first()
        await pilot.press("a", ".", "l", "o", "g", "tab", "enter", "down", "enter", "tab", "backspace")
        await pilot.press("tab", "space", "tab", "tab", "x", "enter", "y", "tab", "space")
        assert app.form.values() == {
            "path": "a.log",
            "level": "low",
            "limit": 1,
            "recursive": False,
            "tags": ["x", "y"],
            "days": ["mon"],
        }
        assert app.form.problems() == []


async def test_the_rest_of_the_form_helps_to_suggest_a_field():
    asked = []

    async def suggest(argument, typed, others):
        asked.append((argument, typed, others))
        return [f"{typed}.log"]

    app = FormApp(SCHEMA, {"level": "high"}, suggest)
    async with app.run_test(size=(80, 50)) as pilot:
        app.form.focus_first()
        await pilot.press("a")
        await pilot.pause()
        await pilot.press("right")
        assert asked[0] == ("path", "a", {"level": "high", "limit": 10, "recursive": True})
        assert app.form.values()["path"] == "a.log"


async def test_given_values_come_back_unchanged_with_what_the_schema_does_not_name():
    values = {
        "path": "a",
        "level": "high",
        "limit": 3,
        "recursive": False,
        "dry": True,
        "tags": ["p", "q"],
        "days": ["tue"],
        "page": {"size": 2.5},
        "extra": {"k": [1]},
        "unheard": 1,
    }
    app = FormApp(SCHEMA, values)
    async with app.run_test(size=(80, 50)):
        assert app.form.values() == values
        app.form.toggle_raw()
        assert app.form.values() == values
        app.form.toggle_raw()
        assert app.form.values() == values


async def test_a_wrong_number_is_marked_where_it_stands_and_left_out():
    app = FormApp(SCHEMA, {"path": "a", "level": "low", "limit": 0})
    async with app.run_test(size=(80, 50)):
        assert app.form.problems() == ["limit: must be at least 1"]
        assert "limit" not in app.form.values()
        (marked,) = app.form.query(".-wrong")
        assert marked.query_one(Input).value == "0"


async def test_enter_in_a_line_submits():
    app = FormApp(SCHEMA)
    async with app.run_test(size=(80, 50)) as pilot:
        app.form.focus_first()
        await pilot.press("enter")
        assert app.submitted == 1


@pytest.mark.parametrize(("text", "reason"), [("{", "not JSON"), ("[1]", "not an object")])
async def test_raw_json_that_is_no_object_is_refused_and_the_fields_stay_hidden(text, reason):
    app = FormApp(SCHEMA)
    async with app.run_test(size=(80, 50)):
        app.form.toggle_raw()
        app.form.query_one(".raw", TextArea).text = text
        assert reason in app.form.problems()[0]
        app.form.toggle_raw()
        assert app.form.raw
        assert reason in said(app.form)
        assert app.form.values() == {}
        app.form.query_one(".raw", TextArea).text = "{}"
        app.form.toggle_raw()
        assert not app.form.raw
        assert reason not in said(app.form)


async def test_a_choice_of_true_is_not_a_choice_of_one():
    schema = {"type": "object", "properties": {"x": {"enum": [1, True, "1"]}}}
    for value in (1, True, "1"):
        app = FormApp(schema, {"x": value})
        async with app.run_test():
            assert type(app.form.values()["x"]) is type(value)


async def test_hostile_labels_are_literal():
    schema = {"properties": {"[/nope]": {"enum": ["[@click=app.quit]x[/]", "b"], "description": "[link=x]"}}}
    app = FormApp(schema, {"[/nope]": "b"})
    async with app.run_test():
        assert app.form.values() == {"[/nope]": "b"}
        assert app.form.query_one(Select).value == 1


async def test_a_schema_without_a_form_is_edited_as_json():
    app = FormApp({"type": "object", "anyOf": [{"required": ["a"]}]}, {"a": 1})
    async with app.run_test():
        assert app.form.raw
        assert app.form.values() == {"a": 1}
        app.form.toggle_raw()
        assert app.form.raw
        assert "only be written as JSON" in said(app.form)
