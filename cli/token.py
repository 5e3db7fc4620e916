"""Tokens of officers for the embedded default; elsewhere an identity provider issues them."""

import sys
import time

from joserfc import jwt
from joserfc.jwk import OKPKey

from infra.settings import Settings
from infra.token_keys import ALGORITHM, ensure_keys

DAY = 24 * 60 * 60


def token(subject: str, *, days: float = 1.0) -> None:
    """Print a bearer token for an officer, signed with the key of this folder's `wian up`.

    Parameters
    ----------
    subject
        The officer's name at the token issuer, such as clerk.hall-38.
    days
        How long the token is good.
    """
    settings = Settings()
    if settings.jwks_url is not None:
        sys.exit("Tokens come from the identity provider of WIAN_JWKS_URL, not from here.")
    key = signing_key(settings)
    print(issue_token(settings, key, subject, lifetime=days * DAY))


def signing_key(settings: Settings) -> OKPKey:
    """Return the key of this data folder, made at the first call."""
    return ensure_keys(settings.token_key_file, settings.public_keys_file)


def issue_token(settings: Settings, key: OKPKey, subject: str, *, lifetime: float) -> str:
    """Return a token that is good for `lifetime` seconds."""
    issued = int(time.time())
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": subject,
        "iat": issued,
        "exp": issued + int(lifetime),
    }
    header = {"alg": ALGORITHM, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
