"""The countries of the world, by their two letters."""

import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

_COUNTRY = re.compile(r"[A-Z]{2}")
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


@lru_cache(maxsize=8)
def countries(language: str) -> Mapping[str, str]:
    """All countries by their two letters, in the order of their names in a language."""
    names = {str(code): str(name) for code, name in Locale.parse(language).territories.items()}
    codes = (code for code in names if _COUNTRY.fullmatch(code) and code not in _NO_COUNTRIES)
    return {code: names[code] for code in sorted(codes, key=lambda code: names[code])}
