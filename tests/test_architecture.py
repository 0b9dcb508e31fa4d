"""The rules of the house, kept by a machine: what may import what, where commits happen, sizes, templates."""

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from lms.base.db import Base
from lms.base.settings import ROOT

PACKAGES = ("lms", "courses", "quizzes", "certificates")
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts
)
TEMPLATES = sorted((ROOT / "lms" / "templates").rglob("*.html"))
OF_THE_WEB = re.compile(
    r"(.*\.)?(views|forms|\w+_views|\w+_forms)|lms\.(application|pages|wsgi|cli|commands\..*|checks|worker|server|__main__|migrations.*)"
    r"|lms\.base\.(web|access|forms|fragments|i18n|settings|limits|static)|lms"
)
"""Modules that may know of the web: views and forms, the edge, and what starts or looks after an application.

`i18n` and `settings` find the reader's language and the settings in force, so that services need not know where.
"""
COMMITS = {"lms/base/web.py", "lms/base/db.py", "lms/base/engines.py"}
SAME_EVERYWHERE = {"errors/plain.html"}
"""Shown when nothing works, in three languages at once."""
NAMES = re.compile(r"Social Media University|\b(CSV|Excel|XLSX|PDF|QR|LinkedIn|SHA-256)\b|https://|ana\.peeters")
"""What is the same in every language, and what stands in a field as an example."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def contracts() -> list[dict]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict] = settings["tool"]["importlinter"]["contracts"]
    return found


def test_knowledge_flows_one_way():
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_every_package_stands_in_the_layers():
    (layers,) = [contract["layers"] for contract in contracts() if contract["type"] == "layers"]
    named = set(re.findall(r"[\w.]+", " ".join(layers)))
    rooms = {module_name(path) for path in MODULES}
    rooms = {".".join(room.split(".")[:2]) if room.startswith("lms.") else room.split(".")[0] for room in rooms}
    assert rooms - named - {"lms", "lms.migrations"} == set()


def test_every_service_module_stands_in_the_contract_about_the_web():
    (contract,) = [one for one in contracts() if one["name"] == "Services know nothing of the web"]
    services = {module_name(path) for path in MODULES if path.stem != "__init__"}
    services = {name for name in services if not OF_THE_WEB.fullmatch(name)}
    missing = services - set(contract["source_modules"])
    gone = set(contract["source_modules"]) - services
    assert (sorted(missing), sorted(gone)) == ([], [])


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_imports_nothing_of_ours_late(path):
    if path == ROOT / "lms" / "__init__.py":
        pytest.skip("create_app() imports the application when it is called; its docstring says why")
    late = [
        f"{name} in {function.name}, line {node.lineno}"
        for function in functions(path)
        for node in ast.walk(function)
        for name in imported(node)
        if name.split(".")[0] in PACKAGES
    ]
    assert late == []


def test_nobody_commits_but_the_edge():
    committing = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "begin", "rollback"}
    }
    assert committing - COMMITS - {"lms/base/schema.py"} == set()


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_what_is_public_says_what_it_does(path):
    if path.stem in {"views", "__main__", "wsgi"} or path.stem.endswith("_views"):
        pytest.skip("views are said by their address")
    module = tree(path)
    assert ast.get_docstring(module), "the module"
    silent = [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and node.name not in {"install", "upgrade"}
    ]
    assert silent == []


def test_modules_and_functions_are_short():
    lines = {module_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > 300} == {}
    assert statistics.median(lines.values()) <= 100
    lengths = {
        f"{module_name(path)}.{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in MODULES
        for function in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > 45} == {}
    assert statistics.median(lengths.values()) <= 10
    assert statistics.quantiles(lengths.values(), n=20)[-1] <= 35


def test_there_are_no_drawers():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert [module_name(path) for path in MODULES if path.stem in drawers] == []


def test_relationships_load_nothing_unasked():
    eager = [
        f"{mapper.class_.__name__}.{relationship.key}"
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
        if relationship.lazy != "raise"
    ]
    assert eager == []


def test_only_the_clock_tells_the_time():
    telling = {
        module_name(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "today", "utcnow"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
    }
    assert telling - {"lms.base.clock", "lms.demo", "lms.checks"} == set()


class Words(HTMLParser):
    """The words of a template that stand there as they are, and its inline styles and scripts."""

    SPOKEN = ("aria-label", "alt", "title", "placeholder", "aria-roledescription")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inline: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self.SPOKEN:
                self.handle_data(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"<{tag} {name}>")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.inline.append(f"<{tag}>")


def read_template(path: Path) -> Words:
    source = path.read_text(encoding="utf-8")
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%.*?%\}", " ", source, flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}", "·", source, flags=re.DOTALL)
    words = Words()
    words.feed(source)
    words.close()
    return words


def template_name(path: Path) -> str:
    return path.relative_to(ROOT / "lms" / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_a_template_says_first_what_it_needs(path):
    assert path.read_text(encoding="utf-8").startswith("{#")


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_a_template_has_no_words_that_cannot_be_translated(path):
    if template_name(path) in SAME_EVERYWHERE:
        pytest.skip("in three languages at once")
    words = [NAMES.sub("", word) for word in read_template(path).words]
    found = [word for word in words if re.search(r"[^\W\d_]{2,}", word)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_a_template_has_no_inline_style_or_script(path):
    assert read_template(path).inline == []


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_only_richtext_marks_text_as_safe(path):
    assert not re.search(r"\|\s*safe|autoescape\s+false", path.read_text(encoding="utf-8"))


def test_dark_differs_from_light_in_nothing_but_colors():
    """So the browser tests ask in dark only what is about colors; `light-dark()` takes nothing else."""
    shown = [path for end in ("css", "js", "html", "svg") for path in (ROOT / "lms").rglob(f"*.{end}")]
    words = {path: path.read_text(encoding="utf-8") for path in shown}
    assert [
        path for path, text in words.items() if re.search("prefers-color-scheme|matchMedia\\([^)]*color", text)
    ] == []
    sheets = "".join(text for path, text in words.items() if path.suffix == ".css")
    chosen = re.findall(r"\[data-theme\b[^\]]*\]([^{]*)\{([^}]*)\}", sheets)
    assert sorted(chosen) == [(" ", " color-scheme: dark; "), (" ", " color-scheme: light; ")]


def test_lock_files_name_no_index_and_have_a_hash_for_every_package():
    for name in ("requirements.lock", "requirements-tests.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        assert "--index" not in text, name
        packages = re.findall(r"^[a-z0-9][\w.\-]*==.*(?:\n    --hash=\S+(?: \\)?)+", text, flags=re.MULTILINE)
        assert len(packages) == len(re.findall(r"^[a-z0-9][\w.\-]*==", text, flags=re.MULTILINE)), name
