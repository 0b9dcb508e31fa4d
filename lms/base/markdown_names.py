"""The names that a text in Markdown has for the files it shows and for what it cites, from their addresses."""

import re
from collections.abc import Callable

Finder = Callable[[str], str | None]
"""Gives the name of the thing at an address, or nothing when it has none."""


def no_sources(address: str) -> str | None:
    """For texts that cite no sources."""
    return None


def unnamed(name: str) -> str:
    """A made-up address, the same for the same name: enough to compare."""
    return "/media/" + name.encode().hex()


class Names:
    """The names of what stands at the addresses of one text."""

    def __init__(self, media: Finder, clause: Finder, source: Finder) -> None:
        self.media = media
        self.cited = {"clause": clause, "source": source}

    def target(self, role: str, address: str) -> str:
        """What a link leads to, as it is written: `clause:D2`, `media:tree.svg` or the address itself."""
        if (cited := self.cited.get(role)) and (code := cited(address)):
            return f"{role}:{code}"
        name = self.media(address)
        return f"media:{name}" if name else address

    def unnamed(self, html: str) -> str:
        """The HTML as it would read with made-up addresses in the place of those that have names."""
        return re.sub(r'(?:class="(clause|source)" )?((?:src|poster|href)=)"([^"]*)"', self._attribute, html)

    def _attribute(self, match: re.Match[str]) -> str:
        name = (self.cited[match[1]] if match[1] else self.media)(match[3])
        role = f'class="{match[1]}" ' if match[1] else ""
        return f'{role}{match[2]}"{unnamed(name)}"' if name else match[0]
