"""The register as a list for programs: pages of what the public may see, with the address of the next."""

import json
from typing import Any

from sqlalchemy.orm import Session

from certificates import days, speakers
from certificates.coverage import Wanted
from certificates.credentials import keys
from certificates.speakers import Speaker
from lms.base.settings import in_force

PAGE = 200


def page(session: Session, after: int) -> dict[str, Any]:
    """A page of the list: the speakers above a number, and where the next page is (nothing: this is the last).

    Whoever is listed by initials has neither `uid` nor `verify`: both lead to the whole name. Six statements.
    """
    site = in_force().base_url
    ids = speakers.after(session, after, PAGE + 1)
    entries = [_entry(one, site) for one in speakers.shown(session, ids[:PAGE], Wanted())]
    following = f"{site}/speakers.json?after={ids[PAGE - 1]}" if len(ids) > PAGE else None
    return {"company": in_force().company, "as_of": days.today().isoformat(), "speakers": entries, "next": following}


def written(found: dict[str, Any]) -> bytes:
    """A page of the list in bytes, always the same for the same page: what is sent, and what is signed."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(session: Session, after: int) -> str:
    """A page of the list as a compact JWS, to be verified with the keys of `/.well-known/jwks.json`."""
    return keys.sign_text(session, written(page(session, after)))


def _entry(one: Speaker, site: str) -> dict[str, Any]:
    scope = one.scope
    return {
        "uid": one.person_uid if one.uid else None,
        "name": one.name,
        "level": one.level,
        "endorsements": list(one.endorsements),
        "status": "valid",
        "scope": {
            "channels": sorted(scope.channels),
            "topics": sorted(scope.topics),
            "languages": sorted(scope.languages),
            "countries": sorted(scope.countries),
        },
        "ends_on": one.ends_on.isoformat(),
        "verify": f"{site}/verify/{one.uid}" if one.uid else None,
    }
