"""Credentials: signed so that verifiers nobody here wrote agree, and checked so that nothing false gets by."""

import base64
import copy
import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from jsonschema import Draft201909Validator
from openbadgeslib import baking as other_baking
from openbadgeslib.ob3.credential import OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from certificates.credentials import (
    baking,
    checking,
    data_integrity,
    issuer,
    jwt,
    keys,
    multibase,
    openbadge,
    places,
    profiles,
    seal,
    status,
)
from certificates.credentials.models import ProfileEntry, SigningKey, StatusEntry
from certificates.models import AuthorizationScope, Certificate, CertificateStatus
from lms.base import clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "credentials"
SITE = "http://127.0.0.1:8000"


MADE: dict[str, str] = {}


@pytest.fixture(autouse=True)
def in_application(app: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of the test's application; and one pair of keys for them all, because an RSA key takes its time."""
    new, used = keys._new, set()

    def made(algorithm: str) -> str:
        if algorithm in used:
            return new(algorithm)
        used.add(algorithm)
        if algorithm not in MADE:
            MADE[algorithm] = new(algorithm)
        return MADE[algorithm]

    monkeypatch.setattr(keys, "_new", made)
    if {"anonymous", "client_for"} & set(request.fixturenames):
        yield
    else:
        with app.app_context():
            yield


@pytest.fixture
def ana(make: Make) -> Person:
    return make.person("Ana", "Peeters", email="ana@acme.example")


@pytest.fixture
def certificate(make: Make, ana: Person) -> Certificate:
    return make.certificate(ana)  # type: ignore[no-any-return]


def key_in_use(session: Session, algorithm: str = keys.RSA) -> SigningKey:
    found = keys.find(session, keys.signer(session, algorithm).kid)
    assert found
    return found


def pem(session: Session) -> bytes:
    return RSAKey.import_key(key_in_use(session).public_jwk).as_pem(private=False)


def payload_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(multibase.from_base64url(token.split(".")[1]))
    return found


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from leaves(part, (*path, place))
    else:
        yield path


def changed(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    found = copy.deepcopy(document)
    place: Any = found
    for name in path[:-1]:
        place = place[name]
    old = place[path[-1]]
    place[path[-1]] = not old if isinstance(old, bool) else f"{old}x"
    return found


# what others say of our credentials


@pytest.mark.sqlite_only
def test_an_independent_library_verifies_the_token(session: Session, certificate: Certificate) -> None:
    found = OB3Verifier(pem(session)).verify(jwt.signed(session, certificate.id))
    assert isinstance(found, OpenBadgeCredential)
    assert found.issuer.id == f"{SITE}/issuer"
    assert found.achievement.name == "Ambassador"


@pytest.mark.sqlite_only
def test_an_independent_library_verifies_the_proof(session: Session, certificate: Certificate) -> None:
    document = issuer.proven(session, certificate.id)
    public = keys.signer(session, keys.ED25519).key.as_pem(private=False)
    verifier = OB3LdpVerifier(pubkey_pem=public)
    verifier.verify(document)
    with pytest.raises(OB3VerificationError):
        verifier.verify(changed(document, ("credentialSubject", "licenseNumber")))


def test_an_independent_library_asks_the_status_list(
    session: Session, make: Make, certificate: Certificate, anonymous: Client, app: Flask
) -> None:
    with app.app_context():
        token, public = jwt.signed(session, certificate.id), pem(session)

    def download(address: str) -> bytes:
        return anonymous.get(address.removeprefix(SITE)).data

    OB3Verifier(public).verify(token, check_status=True, download=download)
    make.status(certificate, "revoked")
    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3Verifier(public).verify(token, check_status=True, download=download)


@pytest.mark.sqlite_only
def test_an_independent_library_reads_our_pictures_and_we_read_its(session: Session, certificate: Certificate) -> None:
    token = jwt.signed(session, certificate.id)
    for kind, keyword in (("png", {"keyword": other_baking.ITXT_KEYWORD_OB3}), ("svg", {})):
        drawn = getattr(seal, kind)(certificate.content)
        ours = getattr(baking, kind)(drawn, token)
        assert getattr(baking, f"from_{kind}")(ours) == token
        assert extracted(kind, ours, keyword) == token
    assert Image.open(io.BytesIO(baking.png(seal.png(certificate.content), token))).text["openbadgecredential"] == token


def extracted(kind: str, picture: bytes, keyword: dict[str, Any]) -> str:
    if kind == "png":
        found = other_baking.extract_png(picture, **keyword)
    else:
        found = other_baking.extract_svg(picture, element=other_baking.SVG_ELEMENT_OB3)
    return found.decode() if isinstance(found, bytes) else str(found)


def test_the_published_vector_of_the_suite_comes_out_the_same() -> None:
    vector = json.loads((FIXTURES / "eddsa-rdfc-2022.json").read_text(encoding="utf-8"))
    signed = vector["signed"]
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    assert data_integrity.to_sign(unsecured, options).hex() == vector["proof hash"] + vector["document hash"]
    public = {"x": multibase.base64url(bytes.fromhex(vector["public key"]))}
    assert keys.multikey(public) == vector["multikey"]
    assert data_integrity.holds(signed, public)
    assert multibase.base58(multibase.from_base58(signed["proof"]["proofValue"])) == signed["proof"]["proofValue"]
    with pytest.raises(ValueError, match="too long"):
        multibase.from_base58("z" + "2" * 200)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("level", ["L0", "L1"])
def test_every_credential_fits_the_schema(session: Session, make: Make, ana: Person, level: str) -> None:
    schema = json.loads((FIXTURES / "achievement-credential.schema.json").read_text(encoding="utf-8"))
    validator = Draft201909Validator(schema, format_checker=Draft201909Validator.FORMAT_CHECKER)
    made = make.certificate(ana, level=level)
    for document in (issuer.proven(session, made.id), payload_of(jwt.signed(session, made.id))):
        assert not [error.message for error in validator.iter_errors(document)]
        assert list(validator.iter_errors({name: value for name, value in document.items() if name != "validFrom"}))


# what is in a credential


@pytest.mark.sqlite_only
def test_the_token_has_the_claims_of_its_profile_and_no_others(session: Session, certificate: Certificate) -> None:
    token = jwt.signed(session, certificate.id)
    header, payload = json.loads(multibase.from_base64url(token.split(".")[0])), payload_of(token)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": key_in_use(session).kid}
    assert payload["iss"] == payload["issuer"]["id"]
    assert payload["jti"] == payload["id"] == f"{SITE}/credentials/{certificate.uid}"
    assert payload["sub"] == payload["credentialSubject"]["id"]
    assert payload["exp"] - payload["nbf"] > 364 * 24 * 3600
    assert "vc" not in payload
    assert jwt.signed(session, certificate.id) == token


@pytest.mark.sqlite_only
def test_a_credential_names_nobody_and_has_no_score(session: Session, ana: Person, certificate: Certificate) -> None:
    words = json.dumps(issuer.proven(session, certificate.id)).lower()
    for secret in ("ana", "peeters", "acme.example/", "score", "result", "percent", "evidence"):
        assert secret not in words.replace("social media hub", "").replace("hub@acme.example", ""), secret


@pytest.mark.sqlite_only
def test_the_mail_address_is_in_it_as_a_salted_hash(certificate: Certificate) -> None:
    content = certificate.content | {
        "subject": "urn:uuid:0b7c6e3a-3f3f-4a8e-9d40-0c9b8d6d1f10",
        "identity": {"salt": "s4lt", "hash": "ab" * 32},
    }
    subject = openbadge.credential(content, SITE, {})["credentialSubject"]
    assert subject["id"] == content["subject"]
    assert subject["identifier"] == [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": "sha256$" + "ab" * 32,
            "identityType": "emailAddress",
            "salt": "s4lt",
        }
    ]


# tampering


@pytest.mark.sqlite_only
def test_no_word_of_a_proven_credential_can_be_changed(session: Session, certificate: Certificate) -> None:
    document = issuer.proven(session, certificate.id)
    assert checking.examine(session, json.dumps(document).encode()).verdict == "good"
    paths = [path for path in leaves(document) if path[0] != "@context"]
    alike = [path for path in paths if "alignment" in path and path[-2:] and 0 not in path]
    for path in paths:
        if path in alike:
            continue
        verdict = checking.examine(session, json.dumps(changed(document, path)).encode()).verdict
        assert verdict in {"altered", "foreign"}, (path, verdict)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "addition",
    [
        {"score": "100"},
        {"evidence": {"id": "_:b0"}},
        {"@graph": []},
        {"@context": ["https://www.w3.org/ns/credentials/v2", {"name": "https://example.com/other"}]},
        {"proof": [1, 2]},
        {"type": "OpenBadgeCredential"},
    ],
)
def test_nothing_can_be_added_to_a_proven_credential(
    session: Session, certificate: Certificate, addition: dict[str, Any]
) -> None:
    document = issuer.proven(session, certificate.id) | addition
    assert checking.examine(session, json.dumps(document).encode()).verdict in {"altered", "foreign"}


@pytest.mark.sqlite_only
def test_no_part_of_a_token_can_be_changed(session: Session, certificate: Certificate) -> None:
    token = jwt.signed(session, certificate.id)
    header, payload, signature = token.split(".")
    claims = payload_of(token)

    def forged(**change: Any) -> str:
        return f"{header}.{multibase.base64url(json.dumps(claims | change).encode())}.{signature}"

    none = multibase.base64url(json.dumps({"alg": "none", "kid": key_in_use(session).kid}).encode())
    own = RSAKey.generate_key(2048)
    brought = multibase.base64url(json.dumps({"alg": "RS256", "jwk": own.as_dict(private=False)}).encode())
    for bad, verdict in (
        (forged(exp=claims["exp"] + 1), "altered"),
        (forged(validUntil="2099-01-01T00:00:00+01:00"), "altered"),
        (f"{header}.{payload}.{signature[:-4]}AAAA", "altered"),
        (f"{none}.{payload}.", "altered"),
        (f"{brought}.{payload}.{signature}", "altered"),
        ("a.b.c", "altered"),
        ("..", "altered"),
    ):
        assert checking.examine(session, bad.encode()).verdict == verdict, bad[:40]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "sent", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"<svg", b"\xff\xfe\x00", b"x" * 1_100_000, b"{" * 70_000]
)
def test_what_is_no_credential_is_refused_with_a_sentence(session: Session, sent: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        checking.examine(session, sent)
    assert len(refused.value.message) > 20


@pytest.mark.parametrize(
    "sent", [b"{}", b'{"proof": {}}', b"{" + b'"a":[' * 5000, b'{"proof": {"verificationMethod": "\\u0000"}}']
)
def test_json_that_is_no_credential_is_not_from_us(session: Session, sent: bytes) -> None:
    assert checking.examine(session, sent).verdict in {"foreign", "altered"}


@pytest.mark.sqlite_only
def test_a_picture_with_two_credentials_is_refused(session: Session, certificate: Certificate) -> None:
    once = baking.png(seal.png(certificate.content), "a.b.c")
    chunk = once[once.index(b"iTXt") - 4 :]
    chunk = chunk[: 12 + int.from_bytes(chunk[:4])]
    twice = once.replace(chunk, chunk + chunk)
    with pytest.raises(Invalid):
        checking.examine(session, twice)


# keys


def test_a_retired_key_still_proves_and_signs_no_more(session: Session, certificate: Certificate) -> None:
    token, document = jwt.signed(session, certificate.id), issuer.proven(session, certificate.id)
    before = key_in_use(session).kid
    keys.rotate(session)
    session.expire_all()
    assert key_in_use(session).kid != before
    for sent in (token.encode(), json.dumps(document).encode()):
        finding = checking.examine(session, sent)
        assert finding.verdict == "good"
        assert finding.key
        assert finding.key.state == "retired"
    published = {key["kid"] for key in issuer.key_set(keys.public(session))["keys"]}
    assert {before, key_in_use(session).kid} <= published
    assert jwt.signed(session, certificate.id) != token


def test_a_compromised_key_is_warned_of_and_replaced(session: Session, certificate: Certificate) -> None:
    token, kid = jwt.signed(session, certificate.id), key_in_use(session).kid
    keys.mark_compromised(session, kid)
    session.expire_all()
    finding = checking.examine(session, token.encode())
    assert (finding.verdict, finding.same, finding.uid) == ("compromised", True, certificate.uid)
    assert key_in_use(session).kid != kid
    assert "revoked" in next(key for key in issuer.key_set(keys.public(session))["keys"] if key["kid"] == kid)
    with pytest.raises(NotFound):
        keys.mark_compromised(session, "nothing")


@pytest.mark.sqlite_only
def test_what_a_thief_signs_with_a_stolen_key_is_not_in_the_register(
    session: Session, certificate: Certificate
) -> None:
    claims = payload_of(jwt.signed(session, certificate.id))
    stolen = keys.signer(session, keys.RSA)
    for change, verdict in (
        ({"id": f"{SITE}/credentials/{'0' * 32}", "jti": f"{SITE}/credentials/{'0' * 32}"}, "unknown"),
        ({"validUntil": "2099-01-01T00:00:00+01:00"}, "altered"),
        ({"type": ["VerifiableCredential"]}, "foreign"),
        ({"iss": "https://elsewhere.example"}, "foreign"),
    ):
        token = keys.sign(stolen, json.dumps(claims | change).encode(), typ="JWT")
        assert checking.examine(session, token.encode()).verdict == verdict
    text = keys.sign_text(session, b'{"speakers": []}')
    assert checking.examine(session, text.encode()).verdict == "foreign"


@pytest.mark.sqlite_only
def test_private_keys_are_files_for_us_alone(session: Session, app: Flask) -> None:
    keys.ready(session)
    files = sorted((app.extensions["settings"].instance / "keys").iterdir())
    assert [file.name for file in files] == ["Ed25519.json", "RS256.json"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert not [key for key in keys.public(session) if "d" in key.public_jwk]


@pytest.mark.sqlite_only
def test_an_interrupted_rotation_is_completed(session: Session) -> None:
    before = key_in_use(session).kid
    keys._replace(keys._path(keys.RSA), keys._new(keys.RSA))
    session.expire_all()
    after = key_in_use(session)
    session.expire_all()
    assert after.kid != before
    assert keys.find(session, before).state == "retired"  # type: ignore[union-attr]


@pytest.mark.sqlite_only
def test_an_old_copy_of_a_key_never_signs_again(session: Session) -> None:
    before, copy_of_it = key_in_use(session).kid, keys._read(keys._path(keys.RSA))
    keys.mark_compromised(session, before)
    keys._replace(keys._path(keys.RSA), copy_of_it)
    session.expire_all()
    assert key_in_use(session).kid != before


# time and status


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("away", "verdict"), [(-10, "early"), (-4, "good"), (4, "good"), (10, "good")], ids=lambda value: str(value)
)
def test_clocks_may_be_five_minutes_apart_at_the_start(
    session: Session, certificate: Certificate, away: int, verdict: str
) -> None:
    token = jwt.signed(session, certificate.id).encode()
    starts = payload_of(token.decode())["nbf"]
    with clock.frozen(clock.now() + timedelta(seconds=starts - clock.now().timestamp(), minutes=away)):
        assert checking.examine(session, token).verdict == verdict


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("away", "verdict"), [(-1, "good"), (4, "good"), (6, "late")])
def test_clocks_may_be_five_minutes_apart_at_the_end(
    session: Session, certificate: Certificate, away: int, verdict: str
) -> None:
    token = jwt.signed(session, certificate.id).encode()
    ends = payload_of(token.decode())["exp"]
    with clock.frozen(clock.now() + timedelta(seconds=ends - clock.now().timestamp(), minutes=away)):
        assert checking.examine(session, token).verdict == verdict


def bit(encoded: str, place: int) -> int:
    raw = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(raw) == 16 * 1024
    return raw[place // 8] >> (7 - place % 8) & 1


@pytest.mark.parametrize(
    ("became", "revoked", "suspended"),
    [("active", 0, 0), ("suspended", 0, 1), ("ended", 0, 1), ("revoked", 1, 0)],
)
def test_the_lists_follow_the_permission(
    session: Session, make: Make, ana: Person, became: str, revoked: int, suspended: int
) -> None:
    noise = make.certificate(make.person("Noise"), status="revoked")
    made = make.certificate(ana, status=became)
    places.of(session, noise.id)
    number, place = places.of(session, made.id)
    for purpose, expected in (("revocation", revoked), ("suspension", suspended)):
        found = status.list_credential(session, number, purpose, clock.now())
        assert found
        assert bit(found["credentialSubject"]["encodedList"], place) == expected
    listed = [entry["id"] for entry in status.revocation_list(session, SITE)["revokedCredential"]]
    assert (f"{SITE}/credentials/{made.uid}" in listed) == bool(revoked)
    assert f"{SITE}/credentials/{noise.uid}" in listed


def test_what_was_issued_in_error_is_revoked_until_it_is_restored(
    session: Session, make: Make, ana: Person, certificate: Certificate
) -> None:
    for became, expected in (("withdrawn", (True, False)), ("restored", (False, False))):
        session.add(CertificateStatus(certificate_id=certificate.id, status=became, at=clock.now(), reason="A test."))
        session.flush()
        assert status.bits(session, certificate.id) == expected


def test_index_zero_is_the_left_most_bit() -> None:
    encoded = status.encoded([0, 131_071])
    assert encoded.startswith("u")
    assert [bit(encoded, place) for place in (0, 1, 131_070, 131_071)] == [1, 0, 0, 1]


def test_places_are_random_and_stay(session: Session, make: Make) -> None:
    found = [places.of(session, make.certificate(make.person(f"P{number}")).id) for number in range(5)]
    assert len(set(found)) == 5
    assert sorted(found) != found or found[-1][1] - found[0][1] != 4
    first = session.scalars(select(StatusEntry.certificate_id).order_by(StatusEntry.certificate_id)).first()
    assert first
    assert places.of(session, first) == found[0]


def test_a_place_stays_when_it_was_given_while_reading(session: Session, certificate: Certificate, app: Flask) -> None:
    session.commit()
    with app.extensions["database"].reading() as reading:
        token = jwt.signed(reading, certificate.id)
    assert jwt.signed(session, certificate.id) == token


# the addresses


def test_the_addresses_answer_programs(anonymous: Client, certificate: Certificate) -> None:
    address = f"/credentials/{certificate.uid}"
    for path, kind in (
        ("/.well-known/jwks.json", "application/jwk-set+json"),
        ("/issuer", "application/ld+json"),
        ("/status/1", "text/plain"),
        ("/status/1/suspension", "text/plain"),
        ("/status/1edtech", "application/json"),
        (address, "application/ld+json"),
        (f"{address}.jwt", "text/plain"),
        (f"{address}.png", "image/png"),
        (f"{address}.svg", "image/svg+xml"),
    ):
        answer = anonymous.get(path)
        assert (answer.status_code, answer.mimetype) == (200, kind), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in answer.headers
        again = anonymous.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, path
    assert anonymous.get(address, headers={"Accept": "text/html"}).location == f"/verify/{certificate.uid}"
    assert anonymous.get("/status/1", headers={"Accept": "application/json"}).get_json()["proof"]
    w3c = anonymous.get(address, headers={"Accept": "application/vc+jwt"}).text
    assert [entry["statusPurpose"] for entry in payload_of(w3c)["credentialStatus"]] == ["revocation", "suspension"]


@pytest.mark.sqlite_only
def test_the_name_of_a_key_is_where_it_can_be_fetched(
    session: Session, anonymous: Client, certificate: Certificate
) -> None:
    header = json.loads(
        multibase.from_base64url(anonymous.get(f"/credentials/{certificate.uid}.jwt").text.split(".")[0])
    )
    found = anonymous.get(header["kid"].removeprefix(SITE)).get_json()
    assert found["kid"] == header["kid"]
    assert found in anonymous.get("/.well-known/jwks.json").get_json()["keys"]
    document = anonymous.get(f"/credentials/{certificate.uid}").get_json()
    profile = anonymous.get("/issuer").get_json()
    assert document["issuer"]["id"] == profile["id"]
    assert document["proof"]["verificationMethod"] in profile["assertionMethod"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("path", ["/credentials/{}", "/status/{}"])
def test_guessing_is_slow_and_tells_nothing(anonymous: Client, certificate: Certificate, path: str) -> None:
    codes = {anonymous.get(path.format(number)).status_code for number in range(90, 150)}
    assert codes == {404}
    assert anonymous.get(path.format(200)).status_code == 429
    assert anonymous.get("/.well-known/jwks.json").status_code == 200


@pytest.mark.sqlite_only
def test_anyone_can_check_a_file_without_signing_in(anonymous: Client, certificate: Certificate) -> None:
    token = anonymous.get(f"/credentials/{certificate.uid}.jwt").text
    baked = anonymous.get(f"/credentials/{certificate.uid}.png").data
    assert "Check a credential" in anonymous.get("/verify/credential").text
    pasted = anonymous.post("/verify/credential", data={"text": f"\n {token} \n"})
    sent = anonymous.post("/verify/credential", data={"file": (io.BytesIO(baked), "badge.png")})
    for page in (pasted, sent):
        assert page.status_code == 200
        assert "Genuine, and it holds today" in page.text
        assert f"/verify/{certificate.uid}" in page.text
    wrong = anonymous.post("/verify/credential", data={"text": "typed by hand"})
    assert wrong.status_code == 422
    assert "typed by hand" in wrong.text
    assert "Set-Cookie" not in wrong.headers


# profiles elsewhere


@pytest.mark.sqlite_only
def test_linkedin_gets_every_field_and_no_name(session: Session, ana: Person, certificate: Certificate) -> None:
    profiles.add(session, ana.id, certificate.uid)
    shown, address = profiles.get(session, ana.id, certificate.uid)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(
        "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=Ambassador%2C%20ACME"
    )
    until = certificate.valid_until
    assert (asked["expirationYear"], asked["expirationMonth"]) == (str(until.year), str(until.month))
    assert asked["certUrl"] == f"{SITE}/verify/{certificate.uid}"
    assert asked["organizationName"] == "ACME"
    assert "Peeters" not in address
    assert shown.added_at
    profiles.add(session, ana.id, certificate.uid)
    assert len(session.scalars(select(ProfileEntry)).all()) == 1


@pytest.mark.parametrize(("became", "wrong"), [("suspended", "paused"), ("ended", "ended"), ("revoked", "revoked")])
def test_a_profile_that_is_no_longer_true_is_told_of_once(
    session: Session, make: Make, ana: Person, certificate: Certificate, became: str, wrong: str
) -> None:
    profiles.add(session, ana.id, certificate.uid)
    assert profiles.tell(session) == 0
    make.status(certificate, became)
    assert [shown.wrong for shown in profiles.of(session, ana.id)] == [wrong]
    assert (profiles.tell(session), profiles.tell(session)) == (1, 0)
    letter = session.scalars(select(OutboxMessage)).one()
    assert letter.recipient == ana.email
    assert "LinkedIn" in letter.body
    if became == "suspended":
        make.authorization_of(certificate).status = "active"
        assert profiles.tell(session) == 0
        make.authorization_of(certificate).status = "suspended"
        assert profiles.tell(session) == 1
    with pytest.raises(Conflict):
        profiles.add(session, ana.id, certificate.uid)
    profiles.remove(session, ana.id, certificate.uid)
    assert profiles.of(session, ana.id) == []


def test_a_narrower_scope_and_a_sooner_end_make_a_profile_untrue(session: Session, make: Make, ana: Person) -> None:
    made = make.certificate(
        ana, scope={"channel": ["linkedin", "instagram"], "topic": ["published"], "language": ["*"]}
    )
    profiles.add(session, ana.id, made.uid)
    authorization = make.authorization_of(made)
    authorization.ends_on = days.today() + timedelta(days=3)
    session.flush()
    assert [shown.wrong for shown in profiles.of(session, ana.id)] == ["sooner"]
    authorization.ends_on = made.valid_until
    authorization.revision = 2
    for dimension, value in (("channel", "linkedin"), ("topic", "published"), ("language", "nl")):
        whose = {"authorization_id": authorization.id, "revision": 2}
        session.add(AuthorizationScope(**whose, dimension=dimension, value=value))
    session.flush()
    assert [shown.wrong for shown in profiles.of(session, ana.id)] == ["narrower"]
    profiles.add(session, ana.id, made.uid)
    assert [shown.wrong for shown in profiles.of(session, ana.id)] == [""]


@pytest.mark.sqlite_only
def test_nobody_adds_anothers_certificate(
    client_for: Callable[..., Client], make: Make, ana: Person, certificate: Certificate
) -> None:
    mine, other = client_for(ana), client_for(make.person("Charlie"))
    address = f"/certificates/{certificate.uid}/linkedin"
    assert other.submit(address).status_code == 404
    assert other.get(address).status_code == 404
    assert mine.submit(address).location == address
    assert "Open LinkedIn" in mine.get(address).text
    assert other.submit(f"{address}/removed").status_code == 404
    assert mine.submit(f"{address}/removed").status_code == 303
    assert mine.post(address).status_code == 400


def test_profiles_take_the_same_statements_for_one_and_for_many(
    session: Session, make: Make, ana: Person, statements: list[str]
) -> None:
    counts = []
    for cycle in (1, 2, 3):
        profiles.add(session, ana.id, make.certificate(ana, cycle=cycle).uid)
        session.flush()
        statements.clear()
        profiles.of(session, ana.id)
        counts.append(len(statements))
    assert counts == [1, 1, 1]
