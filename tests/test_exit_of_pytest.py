"""The hard exit of `conftest` loses nothing: neither the closing line nor a report."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

REPOSITORY = Path(__file__).parents[1]


def test_a_run_ends_with_its_closing_line_and_its_reports(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "tests/domain/test_access.py", f"--junitxml={report}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "passed" in run.stdout.splitlines()[-1]
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest has just written it
    assert suite is not None
    assert int(suite.get("tests", "0")) > 0
