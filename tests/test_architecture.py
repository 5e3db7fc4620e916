"""What the design forbids and no linter sees (design, section 4)."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGES = (
    "domain",
    "models",
    "services",
    "activities",
    "workflows",
    "api",
    "worker",
    "cli",
    "infra",
    "migrations",
)
# They run on an event loop, or on a clock that is given to them.
MUST_NOT_SLEEP = ("domain", "services", "workflows", "activities", "api")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base_service"}
MOST_LINES = 300


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((REPOSITORY / package).rglob("*.py"))


def relative(paths: Iterator[Path] | list[Path]) -> list[str]:
    return [str(path.relative_to(REPOSITORY)) for path in paths]


def test_the_ladder_of_imports_is_kept() -> None:
    run = subprocess.run(  # noqa: S603 - our own environment
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_the_one_of_this_repository(package: str) -> None:
    """Names like `models` are common: another distribution could be in front."""
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found) == REPOSITORY / package / "__init__.py"


def test_the_init_files_are_empty() -> None:
    """The workflow sandbox imports whatever they import, for every single execution."""
    full = [
        path
        for path in modules(*PACKAGES)
        if path.name == "__init__.py" and path.parent.name != "models" and path.read_text().strip()
    ]
    assert relative(full) == []


def test_no_module_is_too_long() -> None:
    long = [
        path
        for path in modules(*PACKAGES, "benchmarks")
        if "versions" not in path.parts and len(path.read_text().splitlines()) > MOST_LINES
    ]
    assert relative(long) == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [path for path in modules(*PACKAGES) if path.stem in FORBIDDEN_NAMES]
    assert relative(drawers) == []


def test_nothing_sleeps_where_others_wait() -> None:
    assert relative([path for path in modules(*MUST_NOT_SLEEP) if _sleeps(path)]) == []


def test_a_sleep_would_be_noticed(tmp_path: Path) -> None:
    for number, source in enumerate(("import time as t\nt.sleep(1)", "from time import sleep")):
        module = tmp_path / f"module_{number}.py"
        module.write_text(source)
        assert _sleeps(module)


def _sleeps(path: Path) -> bool:
    """Tell whether a module reaches `time.sleep`, under whatever name."""
    tree = ast.parse(path.read_text())
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "time"
    }
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="time", names=imported) if any(
                alias.name == "sleep" for alias in imported
            ):
                return True
            case ast.Attribute(value=ast.Name(id=name), attr="sleep") if name in names:
                return True
    return False
