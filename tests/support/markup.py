"""The basics of a page: valid markup, a title, a language, one main heading, names for everything that is used."""

import re

from bleach._vendor.html5lib import HTMLParser
from lxml import html as lxml_html
from lxml.html import HtmlElement

NAMED = "//button|//a[@href]|//summary"
FIELDS = "//input[not(@type='hidden') and not(@type='submit')]|//select|//textarea"


def problems(page: str) -> list[str]:
    """What is wrong with a page, a sentence for each; nothing when all is well."""
    root = lxml_html.document_fromstring(page)
    return [
        *_invalid(page),
        *_head(root),
        *_headings(root),
        *_unnamed(root),
        *_against_the_policy(root),
        *_repeated_ids(root),
        *_broken_references(root),
    ]


def _invalid(page: str) -> list[str]:
    parser = HTMLParser(strict=False)
    parser.parse(page)
    return [f"not valid at line {line[0]}: {code} {values}" for line, code, values in parser.errors]


def _head(root: HtmlElement) -> list[str]:
    found = []
    if not re.fullmatch(r"[a-z]{2}", root.get("lang") or ""):
        found.append(f"language is {root.get('lang')!r}")
    title = (root.findtext("head/title") or "").strip()
    if not title or title.startswith("–"):
        found.append("no title")
    return found


def _headings(root: HtmlElement) -> list[str]:
    levels = [int(heading.tag[1]) for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    found = [f"{levels.count(1)} main headings"] if levels.count(1) != 1 else []
    before = [1, *levels]
    found += [
        f"heading level {level} after {above}"
        for above, level in zip(before, levels, strict=False)
        if level > above + 1
    ]
    return found


def _unnamed(root: HtmlElement) -> list[str]:
    found = [f"<{one.tag}> without a name: {_short(one)}" for one in root.xpath(NAMED) if not _name(one)]
    found += [f"field without a label: {_short(one)}" for one in root.xpath(FIELDS) if not _label(root, one)]
    found += [f"picture without alternative: {_short(one)}" for one in root.iter("img") if one.get("alt") is None]
    found += [
        f"table heading without scope: {_short(one)}"
        for one in root.iter("th")
        if one.get("scope") not in {"col", "row"}
    ]
    return found


def _name(one: HtmlElement) -> str:
    inner = " ".join(text for inner in one.iter() for text in (inner.get("aria-label"), inner.get("alt")) if text)
    return str(one.text_content().strip() or inner or one.get("aria-labelledby") or "")


def _label(root: HtmlElement, field: HtmlElement) -> bool:
    own = field.get("aria-label") or field.get("aria-labelledby") or field.get("title")
    around = any(above.tag == "label" and above.text_content().strip() for above in field.iterancestors())
    beside = field.get("id") and root.xpath("//label[@for=$id]", id=field.get("id"))
    return bool(own or around or beside)


def _against_the_policy(root: HtmlElement) -> list[str]:
    found = [f"inline style: {_short(one)}" for one in root.xpath("//*[@style]|//style")]
    found += [f"inline script: {_short(one)}" for one in root.iter("script") if not one.get("src")]
    found += [
        f"inline handler: {_short(one)}"
        for one in root.iter()
        if isinstance(one.tag, str) and any(name.startswith("on") for name in one.keys())  # noqa: SIM118 - lxml
    ]
    found += [
        f"form without a token: {_short(one)}" for one in root.xpath("//form[@method='post']") if not _has_token(one)
    ]
    return found


def _has_token(form: HtmlElement) -> bool:
    changes_nothing = form.get("action", "").startswith("/verify/credential")  # a public page without a cookie
    return changes_nothing or bool(form.xpath(".//input[@name='csrf_token' and string-length(@value) > 20]"))


def _repeated_ids(root: HtmlElement) -> list[str]:
    ids = root.xpath("//@id")
    return [f"id {one} twice" for one in sorted({one for one in ids if ids.count(one) > 1})]


def _broken_references(root: HtmlElement) -> list[str]:
    ids = set(root.xpath("//@id"))
    wanted = [
        word
        for name in ("aria-labelledby", "aria-describedby", "aria-controls")
        for value in root.xpath(f"//@{name}")
        for word in value.split()
    ]
    wanted += [address[1:] for address in root.xpath("//a/@href") if address.startswith("#") and len(address) > 1]
    return [f"points to #{one}, which is not there" for one in sorted(set(wanted) - ids)]


def _short(one: HtmlElement) -> str:
    return str(lxml_html.tostring(one, encoding="unicode", with_tail=False))[:120]
