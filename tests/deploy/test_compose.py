"""docker-compose.yml as data: no container engine is needed to find what would not start."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.main import app
from infra.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, one in SERVICES.items() if str(one["image"]).startswith("wian:")}
ONE_SHOT = {"migrate", "temporal-store", "temporal-namespace"}


def _environment(service: str) -> dict[str, str]:
    environment: dict[str, str] = SERVICES[service].get("environment", {})
    return environment


def test_the_parts_of_the_design_are_there() -> None:
    wanted = {
        "postgres",
        "temporal",
        "temporal-postgres",
        "temporal-ui",
        "migrate",
        "api",
        "worker",
    }
    assert wanted | {"relay", "sealer"} <= set(SERVICES)
    assert {"migrate", "api", "worker", "relay", "sealer"} == OURS


def test_all_of_ours_run_one_image_built_from_the_dockerfile() -> None:
    assert len({SERVICES[name]["image"] for name in OURS}) == 1
    assert all(SERVICES[name]["build"] == "." for name in OURS)
    assert (ROOT / "Dockerfile").is_file()


@pytest.mark.parametrize("name", sorted(OURS))
def test_its_command_exists(name: str) -> None:
    node = app
    for word in SERVICES[name]["command"]:
        node = node[word]


@pytest.mark.parametrize("name", sorted(OURS))
def test_its_settings_exist(name: str) -> None:
    known = {f"WIAN_{field.upper()}" for field in Settings.model_fields}
    assert set(_environment(name)) <= known


@pytest.mark.parametrize("name", sorted(OURS))
def test_it_runs_with_few_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", ["worker", "relay", "sealer"])
def test_a_process_that_serves_everybody_has_a_login_of_its_own(name: str) -> None:
    assert "WIAN_OWNER_DATABASE_URL" not in _environment(name)
    assert "WIAN_DATABASE_URL" not in _environment(name)
    assert "wian_worker:" in _environment(name)["WIAN_WORKER_DATABASE_URL"]


def test_only_the_migration_is_the_owner_of_the_ledger() -> None:
    assert "WIAN_OWNER_DATABASE_URL" not in _environment("api")
    assert "WIAN_WORKER_DATABASE_URL" not in _environment("api")
    assert "wian_app:" in _environment("api")["WIAN_DATABASE_URL"]
    assert "wian_owner:" in _environment("migrate")["WIAN_OWNER_DATABASE_URL"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_a_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_it_waits_for_exists_and_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert other in ONE_SHOT


def test_no_secret_is_written_down() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for line in text.splitlines():
        if re.search(r"PASSWORD|_PWD", line.partition("#")[0]):
            assert "${" in line, line
            assert ":-" not in line, line


def test_every_image_is_pinned_and_every_port_is_on_loopback() -> None:
    for name, service in SERVICES.items():
        assert not service["image"].endswith(":latest"), name
        assert ":" in service["image"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_every_mounted_file_is_in_the_repository() -> None:
    mounted = [
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    assert mounted
    assert all((ROOT / path).is_file() for path in mounted)


def test_the_dockerfile_installs_the_locked_dependencies_as_a_plain_user() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/runtime.txt" in text
    assert re.search(r"^USER wian$", text, re.MULTILINE)
    assert (ROOT / "requirements/runtime.txt").is_file()


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_a_lock_has_a_hash_for_each_pin_and_names_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==", text, re.MULTILINE)
    assert len(pins) > 20
    assert all(
        "--hash=sha256:" in block
        for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    )
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
