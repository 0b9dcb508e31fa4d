"""How somebody is called in the register: in full, or by initials, as she chose."""

import unicodedata


def shown(given_name: str, family_name: str, listed_as: str) -> str:
    """The name that outsiders see: "Ana Peeters", or "A. P." for whoever wants to be listed by initials."""
    if listed_as == "full":
        return f"{given_name} {family_name}".strip()
    return " ".join(f"{_first_letter(word)}." for word in (given_name.strip(), family_name.strip()) if word)


def _first_letter(word: str) -> str:
    """The first letter of a word, with the marks that combine with it."""
    end = next((place for place, sign in enumerate(word) if place and not unicodedata.combining(sign)), len(word))
    return word[:end].upper()
