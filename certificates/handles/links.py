"""Links with `rel="me"` in a page: how a profile says that another page is of the same person."""

from html.parser import HTMLParser


class _Links(HTMLParser):
    """Collects addresses of `a` and `link` elements. What is badly formed is passed over, as browsers do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"a", "link"} and "me" in (given.get("rel") or "").lower().split():
            self.found.append((given.get("href") or "").strip())


def of_page(html: str) -> list[str]:
    """The addresses to which a page links with `rel="me"`, in order."""
    reader = _Links()
    reader.feed(html)
    return reader.found


def leads_to(html: str, addresses: frozenset[str]) -> bool:
    """Whether a page links with `rel="me"` to one of these addresses, whatever follows it (`?lang=nl`, `#top`)."""
    return any(link.partition("#")[0].partition("?")[0].rstrip("/") in addresses for link in of_page(html))
