"""An Open Badge 3.0 from the frozen content of a certificate: no name, no score, nothing that changes later.

Source of the fields: Open Badges Specification 3.0, section B.1. The holder is a pseudonym; whoever knows the mail
address can check that it is meant (a salted hash), nobody can read it.
"""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from certificates import days, numbers
from certificates.frozen import Content
from lms.base import clock

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
LABELS = (("channel", "Channels"), ("topic", "Topics"), ("language", "Languages"), ("country", "Countries"))
Credential = dict[str, Any]


def issuer_address(site: str) -> str:
    """What the company is called as an issuer: where its profile is."""
    return f"{site}/issuer"


def address(site: str, uid: str) -> str:
    """What a credential is called: where it can be fetched."""
    return f"{site}/credentials/{uid}"


def credential(content: Content, site: str, status: dict[str, str]) -> Credential:
    """The credential, not signed yet. `status` is its place in the status list. In English, as wallets expect."""
    words = content["level"]["texts"]["en"]
    return {
        "@context": CONTEXT,
        "id": address(site, content["uid"]),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": words["name"],
        "image": {"id": f"{address(site, content['uid'])}.png", "type": "Image"},
        "issuer": issuer(content["company"], site),
        "validFrom": first_moment(content),
        "validUntil": last_moment(content),
        "awardedDate": moment(datetime.fromisoformat(content["issued_at"])),
        "credentialSubject": _subject(content, site),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": status,
    }


def issuer(company: str, site: str) -> dict[str, Any]:
    """The company as every credential names it."""
    return {"id": issuer_address(site), "type": ["Profile"], "name": company, "url": site}


def moment(at: datetime) -> str:
    """A moment with its offset, as the company's clocks show it."""
    return days.local(at).isoformat(timespec="seconds")


def first_moment(content: Content) -> str:
    """When it begins to hold: midnight of the first day at the company."""
    return moment(_midnight(date.fromisoformat(content["valid_from"])))


def last_moment(content: Content) -> str:
    """When it ends: the last second of the last day at the company."""
    return moment(_midnight(date.fromisoformat(content["valid_until"]) + timedelta(days=1)) - timedelta(seconds=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(clock.ZONE)).astimezone(ZoneInfo("UTC"))


def _subject(content: Content, site: str) -> dict[str, Any]:
    words = content["level"]["texts"]["en"]
    subject: dict[str, Any] = {
        "id": content.get("subject") or f"urn:uuid:{uuid.UUID(hex=content['uid'])}",
        "type": ["AchievementSubject"],
        "licenseNumber": numbers.shown(content["number"]),
        "role": words["name"],
        "achievement": _achievement(content, site),
    }
    if scope := _scope(content):
        subject["narrative"] = scope
    if identity := content.get("identity"):
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": f"sha256${identity['hash'].removeprefix('sha256$')}",
                "identityType": "emailAddress",
                "salt": identity["salt"],
            }
        ]
    return subject


def _scope(content: Content) -> str:
    """What it was given for, on a line for each dimension."""
    found = (
        (label, [_english(part["words"]) for part in content["scope"] if part["dimension"] == dimension])
        for dimension, label in LABELS
    )
    return "\n\n".join(f"{label}: {', '.join(values)}." for label, values in found if values)


def _achievement(content: Content, site: str) -> dict[str, Any]:
    words, guideline = content["level"]["texts"]["en"], content["guideline"]
    title, page = _english(guideline["titles"]), f"{site}/guidelines/{guideline['slug']}"
    return {
        "id": _achievement_id(content, site),
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": words["name"],
        "description": f"Whoever holds this {words['allows']}",
        "criteria": {"narrative": words["criteria"]},
        "version": f"{title}, version {guideline['version']}",
        "alignment": [
            {
                "type": ["Alignment"],
                "targetName": _english(clause["titles"]),
                "targetUrl": f"{page}#{clause['code']}",
                "targetCode": clause["code"],
                "targetFramework": title,
            }
            for clause in guideline["clauses"]
        ],
    }


def _achievement_id(content: Content, site: str) -> str:
    """One name for a level under one version of the guideline, at this company."""
    guideline = content["guideline"]
    words = f"{site}/{content['level']['code']}/{guideline['slug']}/{guideline['version']}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, words)}"


def _english(texts: dict[str, str]) -> str:
    return texts.get("en") or next(iter(texts.values()))
