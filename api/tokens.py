"""Whether a bearer token is to be believed, and whom it names."""

import asyncio
import time
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from infra.token_keys import ALGORITHM, KeySource

# Asymmetric algorithms only: a key that verifies must not be able to sign.
ALGORITHMS = [ALGORITHM, "ES256", "RS256"]
LEEWAY_SECONDS = 30
CACHE_SECONDS = 60.0
CACHE_SIZE = 4096


class TokenError(Exception):
    """The token is not to be believed; why is not told to the bearer."""


@dataclass(frozen=True, slots=True)
class _Known:
    subject: str
    until: float


class TokenVerifier:
    """Verifies signature, issuer, audience and times; remembers a good token for a minute."""

    def __init__(self, source: KeySource, *, issuer: str, audience: str) -> None:
        self._source = source
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._known: dict[str, _Known] = {}

    async def subject(self, token: str) -> str:
        """Return whom the token names.

        Raises:
            TokenError: It is malformed, forged, expired or meant for somebody else.
        """
        known = self._known.get(token)
        if known is not None and known.until > time.time():
            return known.subject
        claims = await self._verify(token)
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        until = min(float(str(claims["exp"])) + LEEWAY_SECONDS, time.time() + CACHE_SECONDS)
        self._known[token] = _Known(subject=str(claims["sub"]), until=until)
        return str(claims["sub"])

    async def _verify(self, token: str) -> dict[str, object]:
        try:
            try:
                return self._decode(token, refresh=False)
            except InvalidKeyIdError:
                # The issuer may have published a new key since.
                return await asyncio.to_thread(self._decode, token, refresh=True)
        except (JoseError, ValueError, OSError) as error:
            raise TokenError from error

    def _decode(self, token: str, *, refresh: bool) -> dict[str, object]:
        decoded = jwt.decode(token, self._source.keys(refresh=refresh), algorithms=ALGORITHMS)
        self._claims.validate(decoded.claims)
        if str(decoded.claims["sub"]).startswith("system:"):
            raise ValueError("nobody signs in as the system")
        return decoded.claims
