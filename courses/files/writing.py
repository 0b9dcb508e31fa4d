"""A course as files: the same course always makes the same bytes."""

from collections.abc import Iterator, Mapping
from html import escape

from courses.files import names
from courses.files.written import WrittenCourse, WrittenFile, WrittenLesson, WrittenModule, in_order
from courses.sources import shelf
from lms.base import htmltree, markdown_writer, toml
from lms.base.richtext import clean
from lms.guidelines import catalog as guidelines

CLAUSE = guidelines.address("")


def texts(course: WrittenCourse, media: Mapping[str, str]) -> dict[str, str]:
    """The text files of a course, by their place in its folder. `media` are the names of kept files, by address."""
    written = {"course.toml": _facts(course, media)}
    for lesson in course.lessons:
        for (variant, language), text in lesson.texts.items():
            html = clean(text.html)
            markdown = markdown_writer.to_markdown(html, media=media.get, clause=_clause, source=shelf.code_at)
            stem = f"{language}/{names.of_text(lesson.slug, variant)}"
            if markdown is None or "\n" in text.title or text.title != text.title.strip():
                written[f"{stem}.html"] = _as_html(text.title, html, media)
            else:
                written[f"{stem}.md"] = "\n\n".join(part for part in (f"# {text.title}".strip(), markdown) if part)
                written[f"{stem}.md"] = written[f"{stem}.md"].rstrip("\n") + "\n"
    return dict(sorted(written.items()))


def media_of(course: WrittenCourse) -> dict[str, str]:
    """The kept files that a course shows: their names in its folder, by address."""
    shown = (text.html for lesson in course.lessons for text in lesson.texts.values())
    files = (file.address for lesson in course.lessons for file in lesson.files)
    return names.of_media([*shown, *files])


def _clause(address: str) -> str | None:
    return address.removeprefix(CLAUSE) if address.startswith(CLAUSE) and address != CLAUSE else None


def _as_html(title: str, html: str, media: Mapping[str, str]) -> str:
    body = html.strip()
    try:
        body = htmltree.readdressed(body, lambda address, _: f"media:{media[address]}" if address in media else address)
    except htmltree.NotATree:
        body = html.strip()
    return f"<h1>{escape(title, quote=False)}</h1>\n" + (f"{body}\n" if body else "")


def _facts(course: WrittenCourse, media: Mapping[str, str]) -> str:
    lines = [
        toml.line("slug", course.slug),
        toml.line("code", course.code),
        toml.line("tier", course.tier),
        *([toml.line("position", course.position)] if course.position else []),
        toml.line("owner", course.owner),
        toml.line("business_reason", course.business_reason),
        *([toml.line("review_on", course.review_on)] if course.review_on else []),
        toml.line("prerequisites", sorted(course.prerequisites)),
        *([toml.line("draft", True)] if course.draft else []),
        *([toml.line("note", course.note)] if course.note else []),
    ]
    parts = ["\n".join(lines)]
    parts += [toml.table("title", in_order(course.titles))] if course.titles else []
    parts += [toml.table("summary", in_order(course.summaries))] if any(course.summaries.values()) else []
    for module in course.modules:
        parts += _module(module, media)
    return "\n\n".join(parts) + "\n"


def _module(module: WrittenModule, media: Mapping[str, str]) -> Iterator[str]:
    lines = ["[[module]]", toml.line("key", module.key)]
    lines += [toml.line("title", in_order(module.titles))] if module.titles else []
    objectives = {language: words for language, words in in_order(module.objectives).items() if words}
    lines += [toml.line("objective", objectives)] if objectives else []
    yield "\n".join(lines)
    for lesson in module.lessons:
        yield "\n".join(_lesson(lesson, media))


def _lesson(lesson: WrittenLesson, media: Mapping[str, str]) -> Iterator[str]:
    yield "[[module.lesson]]"
    yield toml.line("key", lesson.slug)
    yield toml.line("minutes", lesson.minutes)
    if lesson.optional:
        yield toml.line("optional", True)
    if lesson.kind != "reading":
        yield toml.line("kind", lesson.kind)
    if lesson.exercise:
        yield toml.line("exercise", lesson.exercise)
    if lesson.entries_wanted:
        yield toml.line("entries_wanted", lesson.entries_wanted)
    yield toml.line("clauses", lesson.clauses)
    if lesson.topics:
        yield toml.line("topics", lesson.topics)
    if lesson.files:
        yield toml.rows("files", (_file(file, media) for file in lesson.files))
    if lesson.items:
        yield toml.rows("items", ({"language": language, "lines": lines} for language, lines in lesson.items.items()))


def _file(file: WrittenFile, media: Mapping[str, str]) -> dict[str, toml.Value]:
    values: dict[str, toml.Value] = {"role": file.role, "language": file.language}
    values |= {"file": media[file.address]} if file.address in media else {"address": file.address}
    values |= {"label": file.label} if file.label else {}
    return values | ({"seconds": file.seconds} if file.seconds else {})
