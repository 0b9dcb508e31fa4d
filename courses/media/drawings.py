"""Drawings in SVG: only those that are looked at and do nothing, and know nothing but themselves."""

import re

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n import file_size, gettext

LARGEST = 2_000_000
"""Bytes: more is a photo in disguise."""
SVG = "http://www.w3.org/2000/svg"
OF_DRAWINGS = {None, "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"}
"""Where the attributes of drawings come from; others are notes of a drawing program."""
XLINK = "http://www.w3.org/1999/xlink"
MOST_USES = 500
ELEMENTS = frozenset(
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath title desc a switch view"
    " linearGradient radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix feComponentTransfer"
    " feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA"
    " feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting"
    " feSpotLight feTile feTurbulence".split()
)
"""What a drawing is made of. Not among them: scripts, styles, animation, pictures and pages from elsewhere."""
_ELSEWHERE = re.compile(r"url\s*\(\s*['\"]?\s*(?!#)|\\|@import|expression\s*\(|javascript:", re.IGNORECASE)


class ActivePicture(ValueError):
    """An SVG that could do something instead of only being looked at."""


def refuse_active(content: bytes) -> None:
    """Raise `ActivePicture` for an SVG with scripts, styles, events, things from elsewhere, or entities."""
    root = _tree(content)
    if root.xpath("//processing-instruction()"):
        raise ActivePicture("The picture names a style sheet or gives another instruction.")
    for element in root.iter():
        if isinstance(element.tag, str):
            _refuse_element(element)
    _refuse_growth(root)


def plain(content: bytes) -> bytes:
    """A drawing from anybody, without comments, notes of drawing programs and what they say of their maker.

    Raises `Invalid` for one that does more than be looked at.
    """
    if len(content) > LARGEST:
        raise Invalid(
            gettext(
                "This drawing has %(size)s. A drawing in SVG may have up to %(most)s: save it as PNG instead.",
                size=file_size(len(content)),
                most=file_size(LARGEST),
            )
        )
    try:
        root = _tree(content)
        _strip(root)
        written = etree.tostring(root, encoding="utf-8", xml_declaration=False)
        refuse_active(written)
    except ActivePicture as error:
        raise Invalid(
            gettext(
                "This drawing is not taken: %(why)s Save it as a plain SVG with presentation attributes, or as PNG.",
                why=str(error),
            )
        ) from error
    return bytes(written)


def size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a drawing in dots, from its frame; nothing when it does not say."""
    try:
        root = _tree(content)
    except ActivePicture:
        return None
    frame = (root.get("viewBox") or "").replace(",", " ").split()
    pair = [root.get("width"), root.get("height")] if root.get("width") and root.get("height") else frame[2:4]
    numbers = [re.fullmatch(r"(\d{1,5})(?:\.\d+)?(?:px)?", value or "") for value in pair]
    if len(numbers) != 2 or not numbers[0] or not numbers[1]:
        return None
    return (int(numbers[0][1]), int(numbers[1][1])) if int(numbers[0][1]) and int(numbers[1][1]) else None


def _tree(content: bytes) -> etree._Element:
    if re.search(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", content.replace(b"\0", b""), re.IGNORECASE):
        raise ActivePicture("The picture has a document type declaration.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ActivePicture(f"This is not a picture in SVG: {error}.") from error
    if root.getroottree().docinfo.doctype:
        raise ActivePicture("The picture has a document type declaration.")
    if etree.QName(root).localname != "svg":
        raise ActivePicture("This is not a picture in SVG.")
    return root


def _refuse_element(element: etree._Element) -> None:
    name = etree.QName(element)
    if name.localname not in ELEMENTS or name.namespace not in {SVG, None}:
        raise ActivePicture(f"The picture contains <{name.localname}>.")
    for attribute, value in element.attrib.items():
        named = etree.QName(attribute)
        local, words = named.localname.lower(), str(value)
        leads_away = local in {"href", "src", "base"} and not words.startswith("#")
        if local.startswith("on") or local in {"style", "base"} or leads_away or _ELSEWHERE.search(words):
            raise ActivePicture(f"The picture contains {named.localname}={words[:60]!r}.")


def _refuse_growth(root: etree._Element) -> None:
    """Refuse a drawing whose parts repeat parts that repeat parts: ten such steps of ten make ten thousand million."""
    uses = [element for element in root.iter() if isinstance(element.tag, str) and element.tag.endswith("use")]
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    for use in uses:
        repeated = named.get((use.get("href") or use.get(f"{{{XLINK}}}href") or "").removeprefix("#"))
        if repeated is not None and any(inner in uses for inner in repeated.iter()):
            raise ActivePicture("The picture repeats a part that repeats another.")
    if len(uses) > MOST_USES:
        raise ActivePicture(f"The picture repeats parts more than {MOST_USES} times.")


def _strip(root: etree._Element) -> None:
    """Take out comments, instructions, metadata, and what belongs to a drawing program."""
    for element in list(root.iter()):
        if element is not root and _is_aside(element):
            _drop(element)
        elif isinstance(element.tag, str):
            for attribute in element.attrib:
                if etree.QName(attribute).namespace not in OF_DRAWINGS:
                    del element.attrib[attribute]
    etree.cleanup_namespaces(root)


def _is_aside(element: etree._Element) -> bool:
    """Whether leaving this out loses nothing that is seen. Parts of pages, such as scripts, are refused aloud."""
    if not isinstance(element.tag, str):
        return True
    name = etree.QName(element)
    return name.localname == "metadata" or name.namespace not in {SVG, None, "http://www.w3.org/1999/xhtml"}


def _drop(element: etree._Element) -> None:
    """Take an element out, and leave the words after it."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
