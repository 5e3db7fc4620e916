import base64
import hashlib
import hmac
import json
import time
import urllib.request
from io import BytesIO
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from api.tokens import CACHE_SIZE, LEEWAY_SECONDS, TokenError, TokenVerifier, _Known
from cli.token import signing_key
from infra.settings import Settings
from infra.token_keys import (
    ALGORITHM,
    FileKeys,
    RemoteKeys,
)
from tests.support.http_desk import KEY, Api, GivenKeys, refused

STRANGE_KEY = OKPKey.generate_key(ALGORITHM, {"kid": "test", "alg": ALGORITHM, "use": "sig"})
NEW_KEY = OKPKey.generate_key(ALGORITHM, {"kid": "new", "alg": ALGORITHM, "use": "sig"})

PUBLIC = json.dumps({"keys": [KEY.as_dict(private=False)]})


def _token(*, key: OKPKey = KEY, without: str = "", **claims: object) -> str:
    now = int(time.time())
    known = {"iss": "wian", "aud": "wian", "sub": "clerk.hall", "iat": now, "exp": now + 3600}
    chosen = {name: value for name, value in (known | claims).items() if name != without}
    header = {"alg": ALGORITHM, "kid": key.kid}
    return jwt.encode(header, chosen, key, algorithms=[ALGORITHM])


def _raw(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signed_with_the_public_key() -> str:
    header, claims, _ = _token().split(".")
    signed = f"{_raw({'alg': 'HS256', 'kid': 'test'})}.{claims}"
    public = KEY.as_dict(private=False)["x"]
    digest = hmac.new(base64.urlsafe_b64decode(str(public) + "=="), signed.encode(), hashlib.sha256)
    assert header
    return f"{signed}.{_raw(digest.digest())}"


def _parts() -> list[str]:
    return _token().split(".")


def _bad_tokens() -> dict[str, str]:
    header, claims, signature = _parts()
    none = _raw({"alg": "none", "typ": "JWT"})
    forged = _raw({"iss": "wian", "aud": "wian", "sub": "head.hall", "exp": 9_999_999_999})
    critical = {"alg": ALGORITHM, "kid": "test", "crit": ["x"], "x": 1}
    own = {"alg": ALGORITHM, "jwk": STRANGE_KEY.as_dict(private=False)}
    now = int(time.time())
    return {
        "expired": _token(exp=now - LEEWAY_SECONDS - 5),
        "expired long ago": _token(exp=0),
        "not valid yet": _token(nbf=now + 3600),
        "without end": _token(without="exp"),
        "end as text": _token(exp="9999999999"),
        "end as a list": _token(exp=[9_999_999_999]),
        "other audience": _token(aud="other"),
        "other audiences": _token(aud=["other", "another"]),
        "without audience": _token(without="aud"),
        "other issuer": _token(iss="https://elsewhere.example"),
        "without issuer": _token(without="iss"),
        "without subject": _token(without="sub"),
        "unknown officer": _token(sub="clerk.nowhere"),
        "the system": _token(sub="system:wian"),
        "other key, same id": _token(key=STRANGE_KEY),
        "unknown key": _token(key=NEW_KEY),
        "alg none": f"{none}.{claims}.",
        "alg none with the signature": f"{none}.{claims}.{signature}",
        "HS256 with the public key": _signed_with_the_public_key(),
        "other claims": f"{header}.{forged}.{signature}",
        "signature cut": f"{header}.{claims}.{signature[:-4]}",
        "no signature": f"{header}.{claims}",
        "header no object": f"{_raw([])}.{claims}.{signature}",
        "header no JSON": f"{_raw(b'{')}.{claims}.{signature}",
        "header no UTF-8": f"{_raw(b'{' + bytes([0xFF]))}.{claims}.{signature}",
        "alg a list": f"{_raw({'alg': [ALGORITHM]})}.{claims}.{signature}",
        "kid a number": f"{_raw({'alg': ALGORITHM, 'kid': 1})}.{claims}.{signature}",
        "critical extension": f"{_raw(critical)}.{claims}.{signature}",
        "key of its own": f"{_raw(own)}.{claims}.{signature}",
        "no token at all": "letmein",
        "dots": "..",
        "five parts": "a.b.c.d.e",
        "very long": "a" * 60_000,
    }


BAD = _bad_tokens()


@pytest.mark.parametrize("name", BAD)
async def test_a_token_that_is_not_to_be_believed_is_refused(shared_api: Api, name: str) -> None:
    headers = {"Authorization": f"Bearer {BAD[name]}", "Idempotency-Key": "k"}
    letter = shared_api.officer("hall").letter()
    async with shared_api.nothing_written():
        for answer in (
            await shared_api.client.get("/v1/me", headers=headers),
            await shared_api.client.post("/v1/letters", headers=headers, json=letter),
        ):
            refused(answer, 401, "not_signed_in")
            assert answer.headers["www-authenticate"] == 'Bearer realm="wian"'


@pytest.mark.parametrize(
    "value",
    [None, "", "Bearer", "Bearer ", f"Basic {_token()}", _token(), "Bearer \u00e9\u00ff"],
    ids=["none", "empty", "word", "blank", "basic", "bare", "latin"],
)
async def test_a_request_without_a_bearer_token_is_refused(
    shared_api: Api, value: str | None
) -> None:
    headers = {} if value is None else {b"Authorization": value.encode("latin-1")}
    answer = await shared_api.client.get("/v1/me", headers=headers)
    refused(answer, 401, "not_signed_in")
    assert answer.headers["www-authenticate"] == 'Bearer realm="wian"'


@pytest.mark.parametrize(
    "token",
    [_token(), _token(aud=["other", "wian"]), _token(extra=1), _token(exp=9e9)],
    ids=["plain", "audiences", "claim", "float"],
)
async def test_a_good_token_is_believed(shared_api: Api, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = await shared_api.client.get("/v1/me", headers=headers)
    assert answer.json()["name"] == "clerk.hall"


async def test_a_known_token_is_not_believed_longer_than_it_is_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verifier, now = TokenVerifier(GivenKeys(KEY), issuer="wian", audience="wian"), time.time()
    token = _token(exp=int(now) + 10)
    assert await verifier.subject(token) == "clerk.hall"
    monkeypatch.setattr(time, "time", lambda: now + 10 + LEEWAY_SECONDS + 2)
    with pytest.raises(TokenError):
        await verifier.subject(token)


async def test_the_memory_of_good_tokens_is_bounded() -> None:
    verifier = TokenVerifier(GivenKeys(KEY), issuer="wian", audience="wian")
    tokens = [_token(n=n) for n in range(3)]
    for n in range(CACHE_SIZE - 1):
        verifier._known[str(n)] = _Known(subject="", until=0)
    for token in tokens:
        assert await verifier.subject(token) == "clerk.hall"
    assert len(verifier._known) <= CACHE_SIZE


class _TurningKeys:
    """Keys of an issuer that turns to a new one; how often it was asked is counted."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def keys(self, *, refresh: bool = False) -> KeySet:
        self.asked.append(refresh)
        return GivenKeys(KEY, NEW_KEY).keys() if refresh else GivenKeys(KEY).keys()


async def test_a_key_that_was_published_since_is_looked_up_once() -> None:
    source = _TurningKeys()
    verifier = TokenVerifier(source, issuer="wian", audience="wian")
    token = _token(key=NEW_KEY)
    assert [await verifier.subject(token) for _ in range(2)] == ["clerk.hall"] * 2
    assert source.asked == [False, True]


class _Issuer:
    """A token issuer at an https address, as urllib sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self.asked = 0
        monkeypatch.setattr(urllib.request, "urlopen", self._open)

    def _open(self, url: str, *, timeout: float) -> BytesIO:
        assert url.startswith("https://")
        assert timeout > 0
        self.asked += 1
        if not self.texts:
            raise OSError("no route to the issuer")
        return BytesIO(self.texts[-1].encode())


async def test_keys_are_fetched_from_the_issuer_and_not_for_every_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = _Issuer(monkeypatch)
    issuer.texts.append(PUBLIC)
    keys = RemoteKeys("https://login.example/jwks")
    verifier = TokenVerifier(keys, issuer="wian", audience="wian")
    for n in range(5):
        assert await verifier.subject(_token(n=n)) == "clerk.hall"
    for n in range(5):
        with pytest.raises(TokenError):
            await verifier.subject(_token(key=NEW_KEY, n=n))
    assert issuer.asked == 1


async def test_an_issuer_that_is_away_blocks_nobody_and_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = _Issuer(monkeypatch)
    keys = RemoteKeys("https://login.example/jwks")
    # Without permission to refresh, which the event loop never gives, nobody waits for it.
    assert list(keys.keys()) == []
    assert issuer.asked == 0
    verifier = TokenVerifier(keys, issuer="wian", audience="wian")
    token = _token()
    for text in ("", "not json", '{"keys": 1}'):
        issuer.texts += [text] if text else []
        with pytest.raises(TokenError):
            await verifier.subject(token)
    issuer.texts.append(PUBLIC)
    assert await verifier.subject(token) == "clerk.hall"


def test_keys_come_over_https_only() -> None:
    with pytest.raises(ValueError, match="https"):
        RemoteKeys("http://login.example/jwks")


def test_a_file_of_keys_verifies_what_the_private_key_signs(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    key = signing_key(settings)
    public = settings.public_keys_file
    assert "d" not in json.loads(public.read_text())["keys"][0]
    decoded = jwt.decode(_token(key=key), FileKeys(public).keys(), algorithms=[ALGORITHM])
    assert decoded.claims["sub"] == "clerk.hall"
