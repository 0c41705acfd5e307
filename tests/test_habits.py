"""Habits that no linter knows: they hold for the whole project, in every file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("analytics", "queries", "jobs", "pages", "tests")
MAX_LINES = 400
SKIPPED_FOLDERS = {"__pycache__", "node_modules", "data", "test-artifacts"}
WRITTEN_BY_HAND = {
    ".cfg", ".css", ".html", ".ini", ".js", ".mako", ".md", ".py", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
WRITTEN_WITHOUT_SUFFIX = {"Makefile", "run", ".gitignore"}

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
HAN_RANGE = re.compile("[\u3400-\u9fff]-[\u3400-\u9fff]")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")


def joined(*halves: tuple[str, str]) -> re.Pattern[str]:
    """Make one pattern of words in halves, so that this file does not hold them."""
    return re.compile("|".join(before + after for before, after in halves), re.IGNORECASE)


REAL_DATA = joined((r"\.\./sha", "red"), ("shared/da", "ta"))
FORBIDDEN = joined(
    (r"(?<![\w.])/wo", r"rk/"),
    (r"/tm", r"p/team"),
    ("/opt/py", "pi"),
    (r"pypi\.", "org"),
    ("files.python", "hosted"),
    ("index", "-url"),
    ("find-li", "nks"),
    ("clau", "de"),
    ("anthro", "pic"),
    ("open", "ai"),
    ("chat", "gpt"),
    ("co-auth", "ored-by"),
)
MAY_NAME_REAL_DATA = ".ci/run"
# Notes that a reader of the project may not have.
CITED_PAGES = re.compile(r"\b(?:domain|design|style|mission|engines|ui_stack)\.md\b")

EVERYTHING = {"Exception", "BaseException"}
EMPTY_CALLS = {"DataFrame", "Series", "LazyFrame", "list", "dict", "set", "tuple"}
MAY_CATCH_ALL = {"app.py"}
CHINESE_IN_QUERIES = {"vocabulary.py", "measures.py", "dimensions.py"}


def visible(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    hidden = [
        p for p in parts if p.startswith(".") and p not in {".ci", ".streamlit", ".gitignore"}
    ]
    return not hidden and not SKIPPED_FOLDERS.intersection(parts[:-1])


def project_files() -> list[Path]:
    folders = [ROOT / n for n in (*ROOMS, "assets", "docs", ".ci", ".streamlit")]
    found = [p for p in ROOT.iterdir() if p.is_file()]
    for folder in folders:
        found += [p for p in folder.rglob("*") if p.is_file()]
    return sorted(p for p in found if visible(p))


def hand_written() -> list[Path]:
    return [
        p
        for p in project_files()
        if p.suffix in WRITTEN_BY_HAND or p.name in WRITTEN_WITHOUT_SUFFIX
    ]


def modules(*rooms: str) -> list[Path]:
    found = [p for room in rooms for p in (ROOT / room).rglob("*.py") if visible(p)]
    return sorted(found)


def all_modules() -> list[Path]:
    app = ROOT / "app.py"
    return [*modules(*ROOMS), *([app] if app.exists() else [])]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, line: int) -> str:
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return f"{name}:{line}"


def docstrings(tree: ast.Module) -> set[ast.expr]:
    """Every string that stands alone as a statement: docstrings of modules, functions, fields."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def column_comments(tree: ast.Module) -> set[ast.expr]:
    return {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "comment"
        for part in ast.walk(node.value)
        if isinstance(part, ast.expr)
    }


def chinese_literals(path: Path) -> Iterator[str]:
    """Yield the place of each string with Han characters; a range such as [一-鿿] is a class."""
    tree = parsed(path)
    exempt = docstrings(tree) | column_comments(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node in exempt:
            continue
        if HAN.search(HAN_RANGE.sub("", node.value)):
            yield f"{place(path, node.lineno)} {node.value[:30]!r}"


def is_empty_value(node: ast.expr | None) -> bool:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    if isinstance(node, ast.Call) and not node.args and not node.keywords:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
        return (name.id if isinstance(name, ast.Name) else name) in EMPTY_CALLS
    return False


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Tell whether ``handler`` takes every exception and keeps it."""
    if handler.type is None:
        names = {"BaseException"}
    else:
        names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    last = handler.body[-1]
    raised_again = isinstance(last, ast.Raise) and last.exc is None
    return bool(names & EVERYTHING) and not raised_again


def hidden_errors(path: Path) -> Iterator[str]:
    """Yield handlers that catch all, or answer an error with an empty value."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            if EVERYTHING & {ast.unparse(argument) for argument in node.args}:
                yield f"{place(path, node.lineno)} suppresses everything"
        elif isinstance(node, ast.ExceptHandler):
            if catches_all(node) and path.name not in MAY_CATCH_ALL:
                yield f"{place(path, node.lineno)} catches everything"
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and is_empty_value(inner.value):
                    yield f"{place(path, inner.lineno)} turns an error into an empty value"


def outside_pointers(path: Path, text: str) -> Iterator[str]:
    """Yield the words that only make sense where the project was written."""
    patterns = [FORBIDDEN]
    if str(path.relative_to(ROOT)) != MAY_NAME_REAL_DATA:
        patterns.append(REAL_DATA)
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern in patterns:
            for hit in pattern.finditer(line):
                yield f"{place(path, number)} {hit.group()!r}"


def env_names(path: Path) -> set[str]:
    """Return the names of environment variables that a settings module mentions."""
    return {
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+", node.value)
    }


def test_no_emoji():
    found = [
        place(path, number)
        for path in hand_written()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if EMOJI.search(line)
    ]
    assert found == []


def test_no_error_is_hidden():
    assert [fault for path in all_modules() for fault in hidden_errors(path)] == []


@pytest.mark.parametrize(
    "hiding",
    [
        pytest.param("try: f()\nexcept Exception: raise ValueError from None", id="all"),
        pytest.param("try: f()\nexcept (KeyError, Exception): g()", id="all, in a tuple"),
        pytest.param("try: f()\nexcept: g()", id="bare"),
        pytest.param("try: f()\nexcept Exception: raise\nexcept: pass", id="second handler"),
        pytest.param("with contextlib.suppress(Exception): f()", id="suppress"),
        pytest.param("def f():\n try: g()\n except KeyError: return pd.DataFrame()", id="frame"),
        pytest.param("def f():\n try: g()\n except KeyError: return []", id="list"),
    ],
)
def test_hidden_errors_are_found(hiding, tmp_path):
    module = tmp_path / "reads.py"
    module.write_text(hiding)
    assert len(list(hidden_errors(module))) == 1


def test_cleaning_up_and_raising_again_hides_nothing(tmp_path):
    module = tmp_path / "reads.py"
    module.write_text("try: f()\nexcept BaseException:\n g()\n raise")
    assert list(hidden_errors(module)) == []


def test_analytics_holds_no_chinese():
    assert [hit for path in modules("analytics") for hit in chinese_literals(path)] == []


def test_queries_hold_no_chinese_but_vocabulary_and_labels():
    others = [path for path in modules("queries") if path.name not in CHINESE_IN_QUERIES]
    assert [hit for path in others for hit in chinese_literals(path)] == []


def test_chinese_literals_are_told_from_punctuation_and_comments(tmp_path):
    module = tmp_path / "words.py"
    module.write_text(
        '"""退款 in a docstring."""\n'
        'MARKS = "，。！？、；："\n'
        'HAN = "[一-龥]+"\n'
        'sa.Column("code", comment="行政区划代码")\n'
        'WORD = f"{n}件"\n'
        'NAME = "武汉"\n',
        encoding="utf-8",
    )
    assert sorted(chinese_literals(module)) == ["words.py:5 '件'", "words.py:6 '武汉'"]


def test_nothing_points_outside_the_project():
    found = [
        hit
        for path in hand_written()
        for hit in outside_pointers(path, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("before", ["see /wo", "../sha"])
def test_outside_pointers_are_found(before):
    line = before + {"see /wo": "rk/notes", "../sha": "red/x"}[before]
    assert len(list(outside_pointers(ROOT / "README.md", line))) == 1


def test_every_cited_page_exists():
    pages = {path.name for path in project_files() if path.suffix == ".md"}
    found = [
        f"{path.relative_to(ROOT)} {hit}"
        for path in hand_written()
        if path != Path(__file__)
        for hit in CITED_PAGES.findall(path.read_text(encoding="utf-8"))
        if hit not in pages
    ]
    assert found == []


def test_no_module_is_too_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in all_modules()
    }
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def test_no_module_is_named_after_nothing():
    nameless = {"utils.py", "helpers.py", "common.py", "core.py", "misc.py"}
    assert [str(p) for p in all_modules() if p.name in nameless] == []


def test_every_setting_is_in_the_readme():
    readme = ROOT / "README.md"
    settings = [p for p in modules("pages", "jobs") if p.name == "settings.py"]
    if not (readme.exists() and settings):
        pytest.skip("README.md and components/settings.py are not both written yet")
    names = set[str]().union(*(env_names(path) for path in settings))
    assert {"WAREHOUSE_URL", "WORKFLOW_URL"} <= names
    documented = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", readme.read_text("utf-8")))
    assert names - documented == set(), "settings that README.md does not explain"


def test_app_only_arranges_pages():
    app = ROOT / "app.py"
    if not app.exists():
        pytest.skip("app.py is not written yet")
    roots = {
        name.split(".")[0]
        for node in ast.walk(parsed(app))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert roots & {"analytics", "queries", "jobs", "sqlalchemy", "pandas"} == set()
    assert len(app.read_text(encoding="utf-8").splitlines()) < 80
