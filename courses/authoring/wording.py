"""The words of an outline: titles of lessons, titles and objectives of modules."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courses.models import Lesson, LessonText, Module, ModuleText
from lms.base import clock


def lesson_texts(session: Session, version_id: int, slug: str) -> list[LessonText]:
    """The texts of a lesson that everybody reads, one for each language there is."""
    rows = session.scalars(
        select(LessonText)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(Lesson.version_id == version_id, Lesson.slug == slug, LessonText.variant == "")
        .order_by(LessonText.language)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def word_lesson(session: Session, version_id: int, slug: str, titles: Mapping[str, list[str]], person_id: int) -> None:
    """Give a lesson other titles, each counted as a save of its text, so that no open page saves over it."""
    for text in lesson_texts(session, version_id, slug):
        if text.language in titles:
            text.title, text.revision = titles[text.language][0], text.revision + 1
            text.saved_at, text.saved_by = clock.now(), person_id


def module_words(session: Session, version_id: int, key: str) -> dict[str, list[str]]:
    """Title and objective of a module in each language there is."""
    rows = session.execute(
        select(ModuleText.language, ModuleText.title, ModuleText.objective)
        .join(Module, Module.id == ModuleText.module_id)
        .where(Module.version_id == version_id, Module.key == key)
    )
    return {language: [title, objective] for language, title, objective in rows}


def word_module(session: Session, version_id: int, key: str, words: Mapping[str, list[str]]) -> None:
    """Give a module these titles and objectives, and no other language."""
    row = session.scalars(select(Module.id).where(Module.version_id == version_id, Module.key == key)).one()
    session.execute(delete(ModuleText).where(ModuleText.module_id == row))
    for language, (title, objective) in words.items():
        texts = {"language": language, "title": title, "objective": objective}
        session.add(ModuleText(module_id=row, version_id=version_id, **texts))
    session.flush()
