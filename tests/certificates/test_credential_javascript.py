"""Credentials, verified by JavaScript from npm that nobody here wrote: jose, and the libraries of Digital Bazaar.

The bundle is made by tests/fixtures/credentials/verifier/build.mjs; the Node that comes with Playwright runs it.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from certificates.credentials import data_integrity, multibase
from certificates.models import Certificate
from tests.make import Make
from tests.support.client import Client

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "credentials"
MULTIKEY = "https://w3id.org/security/multikey/v1"


def contexts() -> dict[str, Any]:
    return {address: data_integrity._context(address) for address in data_integrity.CONTEXTS}


def verified(**given: Any) -> dict[str, list[str]]:
    node, _ = compute_driver_executable()
    script = FIXTURES / "verifier" / "verifier.bundle.mjs"
    ran = subprocess.run([node, str(script)], input=json.dumps(given), capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)  # type: ignore[no-any-return]


def method(profile: dict[str, Any], kid: str) -> dict[str, Any]:
    return {"@context": MULTIKEY} | next(one for one in profile["verificationMethod"] if one["id"] == kid)


@pytest.mark.sqlite_only
def test_javascript_agrees_about_every_form_of_a_credential(anonymous: Client, make: Make) -> None:
    made: Certificate = make.certificate(make.person())
    document = anonymous.get(f"/credentials/{made.uid}").get_json()
    token = anonymous.get(f"/credentials/{made.uid}.jwt").text
    listed = anonymous.get("/status/1", headers={"Accept": "application/json"}).get_json()
    profile, jwks = anonymous.get("/issuer").get_json(), anonymous.get("/.well-known/jwks.json").get_json()
    header, payload, signature = token.split(".")
    claims = json.loads(multibase.from_base64url(payload)) | {"role": "Chief"}
    forged = f"{header}.{multibase.base64url(json.dumps(claims).encode())}.{signature}"
    altered = document | {"validUntil": "2099-01-01T00:00:00+01:00"}
    kid = document["proof"]["verificationMethod"]
    documents = {**contexts(), profile["id"]: profile, kid: method(profile, kid), "issuer": profile["id"]}
    found = verified(
        tokens=[token, anonymous.get("/status/1").text, forged],
        jwks=jwks,
        proven=[document, listed, altered],
        documents=documents,
    )
    assert found["tokens"] == [document["id"], listed["id"], "refused: ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]
    assert found["proven"][:2] == ["verified", "verified"]
    assert found["proven"][2].startswith("refused: ")
    assert "Invalid signature" in found["proven"][2]
