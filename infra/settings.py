"""What differs between machines: one class, read only by entry points."""

from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings from the environment, prefix `WIAN_`.

    Without `WIAN_DATABASE_URL` and `WIAN_TEMPORAL_ADDRESS` the embedded servers are used; the
    commands that start them (`wian demo`, `wian up`) pass the addresses to the processes below.
    """

    model_config = SettingsConfigDict(env_prefix="WIAN_", env_ignore_empty=True, extra="ignore")

    database_url: SecretStr | None = Field(
        None, title="PostgreSQL 18 or later, as the application's role `wian_app`"
    )
    worker_database_url: SecretStr | None = Field(
        None,
        title="The same database as `wian_worker`, for every process and command but the API;"
        " without it WIAN_DATABASE_URL serves, if its login may act as that role",
    )
    owner_database_url: SecretStr | None = Field(
        None, title="The same database as its owner; only migrations and imports use it"
    )
    database_pool: int = Field(16, ge=1, le=200, title="Connections one process keeps")
    temporal_address: str | None = Field(None, title="host:port of the Temporal frontend")
    temporal_namespace: str = Field("default", title="Temporal namespace")
    task_queue: str = Field("wian-dispatch", title="Temporal task queue of the dispatch worker")
    relay_interval: float = Field(
        0.15, gt=0, le=60, title="Seconds between two looks of the relay at the outbox"
    )
    smtp_url: SecretStr | None = Field(
        None,
        title="Mail server, smtp://, smtp+starttls:// or smtps://name:password@host:port;"
        " without one no mail is sent and notices wait on the screen",
    )
    mail_from: str | None = Field(None, title="Address that notices by mail come from")
    mail_interval: float = Field(
        5.0, gt=0, le=600, title="Seconds between two looks for mails to send"
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", title="Address of the API that the links in mails lead to"
    )
    digest_at: time = Field(
        time(8, 40), title="Bangkok time at which the digests of a working day are made"
    )
    log_key_file: Path | None = Field(
        None, title="Private key that signs for the log; in the data folder unless it is named"
    )
    log_origin: str = Field(
        "wian.local/log", pattern=r"^[^\s+]+$", title="Name of the log, unique in the world"
    )
    witness_dir: Path | None = Field(
        None,
        title="Folder in which the log's checkpoints are kept, best on another disk or machine;"
        " in the data folder unless it is named",
    )
    witness_urls: list[str] = Field([], title="Addresses that keep the log's checkpoints too")
    tsa_url: str | None = Field(None, title="Authority that time-stamps checkpoints (RFC 3161)")
    seal_interval: float = Field(
        2.0, gt=0, le=3600, title="Seconds between two looks of the sealer"
    )
    seal_warn_after: float = Field(
        60.0, gt=0, title="Seconds after which /readyz says that sealing is behind"
    )
    # As X-Road: four hours without a time-stamp and nothing more is taken.
    seal_stop_after: float = Field(
        14_400.0, ge=0, title="Seconds without sealing after which numbers stop; 0 never"
    )
    seal_on_stop: Literal["refuse", "mark"] = Field(
        "refuse", title="What becomes of numbers then: they are refused, or marked as unsealed"
    )
    data_dir: Path = Field(
        Path(".wian"), title="Folder of the embedded servers, the file store and the token key"
    )
    api_host: str = Field("127.0.0.1", title="Address the API listens on")
    api_port: int = Field(8000, ge=0, le=65535, title="Port of the API; 0 takes a free one")
    jwks_file: Path | None = Field(None, title="File with the public keys that sign tokens")
    jwks_url: str | None = Field(None, title="https address of the public keys that sign tokens")
    cursor_key: SecretStr | None = Field(
        None,
        min_length=16,
        title="Secret that signs the cursors of pages; without one, a file in the data folder."
        " Set it where API processes share no data folder",
    )
    heartbeat_file: Path | None = Field(
        None, title="File that worker and relay touch every few seconds, for health checks"
    )
    token_issuer: str = Field("wian", title="`iss` that a token must carry")
    token_audience: str = Field("wian", title="`aud` that a token must carry")

    @property
    def process_database_url(self) -> SecretStr | None:
        """The ledger as the processes and commands reach it that serve everybody."""
        return self.worker_database_url or self.database_url

    @property
    def signing_key_file(self) -> Path:
        """Private key that signs for the log."""
        return self.log_key_file or self.data_dir / "log-key.pem"

    @property
    def witness_folder(self) -> Path:
        """Folder in which the log's checkpoints are kept."""
        return self.witness_dir or self.data_dir / "witness"

    @property
    def verified_state_file(self) -> Path:
        """Up to where `wian verify --incremental` found the log good."""
        return self.data_dir / "verified.json"

    @cached_property
    def file_store_dir(self) -> Path:
        """Folder in which attachments lie, each under its sha256."""
        return self.data_dir / "files"

    @cached_property
    def cursor_key_file(self) -> Path:
        """Where that secret lies if none is given."""
        return self.data_dir / "cursor-key"

    @cached_property
    def token_key_file(self) -> Path:
        """Private key with which `wian token` signs for the embedded default."""
        return self.data_dir / "token-key.json"

    @cached_property
    def public_keys_file(self) -> Path:
        """The public half of that key, as the API reads it."""
        return self.data_dir / "token-keys.json"
