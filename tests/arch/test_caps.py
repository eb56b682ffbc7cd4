"""Sizes that keep the program easy to live in."""

import ast
import statistics

from tests.arch.source import classes, functions, imported, length, modules

MODULE_LINES = 300
FUNCTION_LINES = 40
UI_CLASS_LINES = 250
UI_CLASS_METHODS = 20
APP_LINES = 120
APP_METHODS = 10
FORBIDDEN_NAMES = {
    "utils",
    "helpers",
    "common",
    "misc",
    "base",
    "manager",
    "handler",
    "core",
    "service",
    "types",
    "models",
}
# The fold has one branch an event; the key table is data.
LONG_FUNCTIONS = {"tui/domain/state.py:apply"}


def methods(node: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [child for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_module_outgrows_its_cap() -> None:
    assert [f"{m.name}: {m.lines}" for m in modules() if m.lines > MODULE_LINES] == []


def test_no_function_outgrows_its_cap() -> None:
    too_long = [
        f"{module.name}:{node.name}: {length(node)}"
        for module in modules()
        for node in functions(module)
        if length(node) > FUNCTION_LINES and f"{module.name}:{node.name}" not in LONG_FUNCTIONS
    ]
    assert too_long == []


def test_most_functions_are_short() -> None:
    lengths = sorted(length(node) for module in modules() for node in functions(module))
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 25


def test_no_class_of_the_screen_outgrows_its_cap() -> None:
    too_big = [
        f"{module.name}:{node.name}: {length(node)} lines, {len(methods(node))} methods"
        for module in modules()
        if module.name.startswith("tui/ui/")
        for node in classes(module)
        if length(node) > UI_CLASS_LINES or len(methods(node)) > UI_CLASS_METHODS
    ]
    assert too_big == []


def test_the_app_stays_small_and_looks_nothing_up() -> None:
    [module] = [module for module in modules() if module.name == "tui/ui/app.py"]
    for node in classes(module):
        if any(isinstance(base, ast.Name | ast.Subscript) and "App" in ast.unparse(base) for base in node.bases):
            assert length(node) <= APP_LINES
            assert len(methods(node)) <= APP_METHODS
    assert "query_one" not in module.text


def test_widgets_never_reach_for_the_app_or_the_engine() -> None:
    reaching = [
        module.name
        for module in modules()
        if "/widgets/" in module.name and ("self.app." in module.text or "tui.engine" in module.text)
    ]
    assert reaching == []


def test_most_of_the_program_works_without_a_screen() -> None:
    total = sum(module.lines for module in modules())
    with_screen = sum(module.lines for module in modules() if imported(module) & {"textual", "rich"})
    assert with_screen / total <= 0.4


def test_every_module_says_what_it_is_in_one_sentence() -> None:
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []


def test_every_public_class_says_what_it_is() -> None:
    silent = [
        f"{module.name}:{node.name}"
        for module in modules()
        for node in classes(module)
        if not node.name.startswith("_") and not ast.get_docstring(node) and not _inside_class_or_message(node)
    ]
    assert silent == []


def _inside_class_or_message(node: ast.ClassDef) -> bool:
    return any("Message" in ast.unparse(base) for base in node.bases)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [module.name for module in modules() if module.path.stem in FORBIDDEN_NAMES] == []


def test_nobody_swallows_all_exceptions_but_the_named_edges() -> None:
    """The three edges, a turn, a server task and a poll, mark their line with `edge:` and the reason."""
    careless = []
    for module in modules():
        lines = module.text.splitlines()
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node):
                nearby = "\n".join(lines[node.lineno - 3 : node.lineno + 2])
                raises = any(isinstance(child, ast.Raise) and child.exc is None for child in ast.walk(node))
                if "edge:" not in nearby and not raises:
                    careless.append(f"{module.name}:{node.lineno}")
    assert careless == []


def _catches_all(node: ast.ExceptHandler) -> bool:
    if node.type is None:
        return True
    names = {ast.unparse(part) for part in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])}
    return bool(names & {"Exception", "BaseException"})
