"""Names of accounts: in the one form in which they are kept and compared, and what about a name can mislead."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from certificates import vocabulary
from lms.base.errors import Invalid
from lms.base.i18n import gettext

LONGEST = 100
_HOST = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
_LETTERS = {
    "linkedin": r"[\w-]+(?:\.[\w-]+)*",
    "facebook": r"[\w.]+",
    "instagram": r"[a-z0-9._]+",
    "x": r"[a-z0-9_]+",
    "tiktok": r"[a-z0-9._]+",
    "youtube": r"[\w.·-]+",
    "bluesky": _HOST,
    "mastodon": rf"\w+(?:[\w.-]*\w)?@{_HOST}",
}
_OTHER = r"[^\s@/\\]+(?:@[^\s@/\\]+)?"
EXAMPLES = {"bluesky": "ana.bsky.social", "mastodon": "ana@mastodon.social", "x": "ana_peeters"}
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "CHEROKEE", "COPTIC", "LISU")

_PROFILES: dict[str, Callable[[str], tuple[str, str]]] = {
    "linkedin": lambda name: ("linkedin.com", f"/in/{name}"),
    "facebook": lambda name: ("facebook.com", f"/{name}"),
    "instagram": lambda name: ("instagram.com", f"/{name}"),
    "x": lambda name: ("x.com", f"/{name}"),
    "tiktok": lambda name: ("tiktok.com", f"/@{name}"),
    "youtube": lambda name: ("youtube.com", f"/@{name}"),
    "bluesky": lambda name: ("bsky.app", f"/profile/{name}"),
    "mastodon": lambda name: (name.partition("@")[2], f"/@{name.partition('@')[0]}"),
}
"""Where the profile of an account is shown, as host and path: only there a link proves whose the account is."""


def folded(typed: str) -> str:
    """A name as it is kept and compared, whatever was typed: no `@` in front, small letters, one form of each sign."""
    name = unicodedata.normalize("NFKC", typed.strip()).strip().removeprefix("@").strip()
    return unicodedata.normalize("NFKC", name.lower())


def normal(channel: str, typed: str) -> str:
    """The name of an account on a channel, from what somebody typed. Raises `Invalid` for what cannot be one."""
    name = folded(typed)
    if not name:
        raise Invalid(gettext("Enter the name of the account, such as %(example)s.", example=example(channel)))
    if "://" in name:
        raise Invalid(gettext("Enter the name alone, such as %(example)s, not its address.", example=example(channel)))
    if len(name) > LONGEST:
        raise Invalid(gettext("The name is too long. Up to %(most)s signs are possible.", most=LONGEST))
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} for sign in name):
        raise Invalid(gettext("There is a sign in the name that cannot be seen. Type it anew instead of pasting it."))
    if not re.fullmatch(_LETTERS.get(channel, _OTHER), _without_marks(name)):
        sentence = gettext(
            "An account on %(channel)s cannot have this name. It looks like %(example)s.",
            channel=vocabulary.word("channel", channel),
            example=example(channel),
        )
        raise Invalid(sentence)
    return name


def example(channel: str) -> str:
    """What a name on a channel looks like."""
    return EXAMPLES.get(channel, "ana.peeters")


def profile_address(channel: str, name: str) -> str:
    """Where a profile is shown, for channels where that is known; else nothing."""
    place = _PROFILES.get(channel)
    return "https://{}{}".format(*place(name)) if place else ""


def is_profile(channel: str, name: str, address: str) -> bool:
    """Whether an address is that of the account's own profile: a link on another page proves nothing about it."""
    place, parts = _PROFILES.get(channel), _parts(address)
    if place is None or parts is None:
        return False
    host, path = place(name)
    found = (parts.hostname or "").removeprefix("www.")
    return parts.scheme == "https" and found == host and folded(parts.path).rstrip("/") == path


def misleading(name: str) -> tuple[str, ...]:
    """What about a name can mislead a reader: `direction` (right-to-left letters), `scripts` (look-alike letters)."""
    found = []
    if any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in name):
        found.append("direction")
    scripts = {script for sign in name if sign.isalpha() for script in _SCRIPTS if script in unicodedata.name(sign, "")}
    if len(scripts) > 1 or (scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}):
        found.append("scripts")
    return tuple(found)


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.username or parts.password or parts.query else parts


def _without_marks(name: str) -> str:
    """The name without marks that combine with the letter before them."""
    return "".join(sign for sign in name if not unicodedata.combining(sign))
