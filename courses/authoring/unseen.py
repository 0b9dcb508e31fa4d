"""What changed between two texts although their words stayed: where links lead, which file is shown, what is right."""

from collections.abc import Iterator

from lxml import html as lxml_html
from lxml.html import HtmlElement

from lms.base.i18n import gettext


def sentences(old: str, new: str) -> list[str]:
    """Changes between two stored HTML texts that their words do not show, a sentence each."""
    before, after = _root(old), _root(new)
    return [*_links(before, after), *_files(before, after), *_answers(before, after)]


def _root(html: str) -> HtmlElement:
    return lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")


def _words(element: HtmlElement | None) -> str:
    return "" if element is None else " ".join(element.text_content().split())


def _links(before: HtmlElement, after: HtmlElement) -> Iterator[str]:
    old, new = ({_words(link): link.get("href") or "" for link in root.iter("a")} for root in (before, after))
    for words in old.keys() & new.keys():
        if old[words] != new[words]:
            places = {"old": old[words], "new": new[words]}
            yield gettext("The link “%(words)s” leads to %(new)s instead of %(old)s.", words=words, **places)


def _files(before: HtmlElement, after: HtmlElement) -> Iterator[str]:
    for tag, name, sentence in (
        ("img", "alt", gettext("The picture “%(words)s” is another file.")),
        ("video", "aria-label", gettext("The film “%(words)s” is another file.")),
    ):
        old, new = ({one.get(name) or "?": _source(one) for one in root.iter(tag)} for root in (before, after))
        for words in old.keys() & new.keys():
            if old[words] != new[words]:
                yield sentence % {"words": words}


def _source(element: HtmlElement) -> tuple[str, ...]:
    return tuple(part.get("src") or "" for part in element.iter("img", "video", "source", "track"))


def _answers(before: HtmlElement, after: HtmlElement) -> Iterator[str]:
    old, new = _right_choices(before), _right_choices(after)
    for question in old.keys() & new.keys():
        if old[question] != new[question]:
            words = {"question": question, "old": old[question], "new": new[question]}
            yield gettext("The right choice of “%(question)s” is “%(new)s” instead of “%(old)s”.", **words)


def _right_choices(root: HtmlElement) -> dict[str, str]:
    """The right choice of each knowledge check, by its question."""
    checks = root.findall(".//section[@class='check']")
    return {_words(check.find("p[@class='check-q']")): _right(check) for check in checks}


def _right(check: HtmlElement) -> str:
    return ", ".join(_words(choice.find("p")) for choice in check.iter("li") if choice.get("data-right") == "true")
