"""A time-stamping authority (RFC 3161) of our own; it can also do everything wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STAMPED_AT = datetime(2021, 3, 2, 9, 30, 15, tzinfo=UTC)
_VALID = (STAMPED_AT - timedelta(days=30), STAMPED_AT + timedelta(days=30))

SHA256 = "2.16.840.1.101.3.4.2.1"
SHA512 = "2.16.840.1.101.3.4.2.3"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"


def der(tag: int, *parts: bytes) -> bytes:
    """Return one value of ASN.1 as DER writes it."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return der(0x31, *sorted(parts))


def integer(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def octets(value: bytes) -> bytes:
    return der(0x04, value)


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    encoded = bytearray()
    for arc in (first * 40 + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        encoded += bytes(reversed(digits))
    return der(0x06, bytes(encoded))


def algorithm(dotted: str) -> bytes:
    return sequence(oid(dotted))


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a request asks for, taken apart by position."""

    digest: bytes
    nonce: int


def read_request(body: bytes) -> Asked:
    """Read a request that wants a sha256 time-stamp with a nonce of eight bytes."""
    head = bytes.fromhex("30440201013031300d060960864801650304020105000420")
    assert body[: len(head)] == head
    digest, rest = body[len(head) : len(head) + 32], body[len(head) + 32 :]
    assert (rest[:2], rest[11:]) == (b"\x02\x09", b"\x01\x01\xff")
    return Asked(digest=digest, nonce=int.from_bytes(rest[2:11]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """Whoever holds this key and certificate, and the root above it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    root: x509.Certificate

    def answer(self, body: bytes, *, at: datetime = STAMPED_AT) -> bytes:
        """Return what a good authority answers."""
        asked = read_request(body)
        return granted(self.token(asked.digest, nonce=asked.nonce, at=at))

    def token(
        self,
        digest: bytes,
        *,
        nonce: int | None = None,
        at: datetime = STAMPED_AT,
        imprint_algorithm: str = SHA256,
        encloses: Sequence[x509.Certificate] | None = None,
    ) -> bytes:
        """Return a token over a digest; it encloses its own certificate, or those given."""
        info = sequence(
            integer(1),
            oid("1.3.6.1.4.1.99999.1"),
            sequence(algorithm(imprint_algorithm), octets(digest)),
            integer(77),
            der(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
            sequence(integer(1)),
            b"" if nonce is None else integer(nonce),
        )
        certificates = [self.certificate] if encloses is None else encloses
        enclosed = der(0xA0, *(one.public_bytes(Encoding.DER) for one in certificates))
        signed = sequence(
            integer(3),
            set_of(algorithm(SHA256)),
            sequence(oid(_TST_INFO), der(0xA0, octets(info))),
            enclosed if certificates else b"",
            set_of(self._signer(info)),
        )
        return sequence(oid(_SIGNED_DATA), der(0xA0, signed))

    def _signer(self, info: bytes) -> bytes:
        own = sha256(self.certificate.public_bytes(Encoding.DER)).digest()
        attributes = b"".join(
            sorted(
                (
                    sequence(oid(_CONTENT_TYPE), set_of(oid(_TST_INFO))),
                    sequence(oid(_MESSAGE_DIGEST), set_of(octets(sha256(info).digest()))),
                    sequence(
                        oid(_SIGNING_CERTIFICATE), set_of(sequence(sequence(sequence(octets(own)))))
                    ),
                )
            )
        )
        signature = self.key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256()))
        return sequence(
            integer(1),
            sequence(
                self.certificate.issuer.public_bytes(), integer(self.certificate.serial_number)
            ),
            algorithm(SHA256),
            der(0xA0, attributes),
            algorithm(_ECDSA_SHA256),
            octets(signature),
        )


def granted(token: bytes) -> bytes:
    """Return an answer that grants."""
    return sequence(sequence(integer(0)), token)


def refused(reason: str) -> bytes:
    """Return an answer that rejects."""
    return sequence(sequence(integer(2), sequence(der(0x0C, reason.encode()))))


@cache
def create_authority(name: str = "เวลากลาง", *, may_stamp: bool = True) -> Authority:
    """Return an authority with its own root; the same one for the same arguments."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = _name(f"{name} Root")
    root = (
        _draft(top, top, root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    purpose = ExtendedKeyUsageOID.TIME_STAMPING if may_stamp else ExtendedKeyUsageOID.SERVER_AUTH
    certificate = (
        _draft(_name(name), top, key)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    return Authority(key=key, certificate=certificate, root=root)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=_VALID[0],
        not_valid_after=_VALID[1],
    )
