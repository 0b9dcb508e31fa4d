"""The order of a course: which modules follow one another, and which lessons stand in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import Lesson, Module
from lms.base.errors import Conflict
from lms.base.i18n import gettext

Way = Literal["up", "down"]


@dataclass(frozen=True)
class Order:
    """Modules by key, each with its lessons by address, as they follow one another. Never changed: moves make a new."""

    modules: tuple[tuple[str, tuple[str, ...]], ...]

    def lessons(self) -> list[str]:
        """All lessons, first to last."""
        return [slug for _, slugs in self.modules for slug in slugs]

    def module_keys(self) -> list[str]:
        """All modules, first to last."""
        return [key for key, _ in self.modules]

    def of(self, key: str) -> tuple[str, ...]:
        """The lessons of a module. Raises `Conflict` when it is not there."""
        return dict(self.modules)[self._there(key, self.module_keys())]

    def module_of(self, slug: str) -> str:
        """The module in which a lesson stands. Raises `Conflict` when it is not there."""
        self._there(slug, self.lessons())
        return next(key for key, slugs in self.modules if slug in slugs)

    def with_lesson(self, slug: str, key: str, before: str | None = None) -> "Order":
        """With a lesson in a module, before another one or, without that, at its end; wherever it stood."""
        if before == slug:
            return self
        slugs = [one for one in self.of(key) if one != slug]
        slugs.insert(slugs.index(self._there(before, slugs)) if before else len(slugs), slug)
        rest = self.without_lesson(slug)
        return Order(tuple((one, tuple(slugs) if one == key else kept) for one, kept in rest.modules))

    def without_lesson(self, slug: str) -> "Order":
        """Without a lesson."""
        return Order(tuple((key, tuple(one for one in slugs if one != slug)) for key, slugs in self.modules))

    def with_module(self, key: str, before: str | None = None, lessons: tuple[str, ...] = ()) -> "Order":
        """With a module before another one or, without that, at the end; with its lessons when it stood elsewhere."""
        if before == key:
            return self
        kept = dict(self.modules).get(key, lessons)
        modules = list(self.without_module(key).modules)
        place = [one for one, _ in modules].index(self._there(before, self.module_keys())) if before else len(modules)
        modules.insert(place, (key, kept))
        return Order(tuple(modules))

    def without_module(self, key: str) -> "Order":
        """Without a module and its lessons."""
        return Order(tuple(one for one in self.modules if one[0] != key))

    def lesson_nudged(self, slug: str, way: Way) -> "Order":
        """With a lesson one place up or down; at the edge of its module it goes into the next one, if there is one."""
        key = self.module_of(slug)
        slugs, keys = self.of(key), self.module_keys()
        place, module = slugs.index(slug), keys.index(key)
        if way == "up":
            if place:
                return self.with_lesson(slug, key, slugs[place - 1])
            return self.with_lesson(slug, keys[module - 1]) if module else self
        if place + 1 < len(slugs):
            return self.with_lesson(slug, key, slugs[place + 2] if place + 2 < len(slugs) else None)
        return self._into_first_place(slug, keys[module + 1]) if module + 1 < len(keys) else self

    def _into_first_place(self, slug: str, key: str) -> "Order":
        return self.with_lesson(slug, key, next(iter(self.of(key)), None))

    def module_nudged(self, key: str, way: Way) -> "Order":
        """With a module one place up or down."""
        keys = self.module_keys()
        place = keys.index(self._there(key, keys))
        if way == "up":
            return self.with_module(key, keys[place - 1]) if place else self
        if place + 1 == len(keys):
            return self
        return self.with_module(key, keys[place + 2] if place + 2 < len(keys) else None)

    def lesson_after(self, slug: str) -> str | None:
        """The lesson that follows one in its module; nothing when it is the last."""
        return _next(self.of(self.module_of(slug)), slug)

    def module_after(self, key: str) -> str | None:
        """The module that follows one; nothing when it is the last."""
        return _next(tuple(self.module_keys()), self._there(key, self.module_keys()))

    @staticmethod
    def _there(name: str, names: list[str]) -> str:
        if name not in names:
            raise Conflict(
                gettext("The outline has changed in the meantime: something you moved is not there any more.")
            )
        return name


def _next(row: tuple[str, ...], name: str) -> str | None:
    place = row.index(name) + 1
    return row[place] if place < len(row) else None


def read(session: Session, version_id: int) -> Order:
    """The order of a version. One statement."""
    rows = session.execute(
        select(Module.key, Lesson.slug)
        .outerjoin(Lesson, Lesson.module_id == Module.id)
        .where(Module.version_id == version_id)
        .order_by(Module.position, Module.id, Lesson.position, Lesson.id)
    )
    modules: dict[str, list[str]] = {}
    for key, slug in rows:
        modules.setdefault(key, []).extend([slug] if slug else [])
    return Order(tuple((key, tuple(slugs)) for key, slugs in modules.items()))


def write(session: Session, version_id: int, order: Order) -> None:
    """Give the modules and lessons of a draft this order: places counted from 1 over the whole course, without gaps."""
    modules = {one.key: one for one in session.scalars(select(Module).where(Module.version_id == version_id))}
    lessons = {one.slug: one for one in session.scalars(select(Lesson).where(Lesson.version_id == version_id))}
    for slug, module_key, place in _places(order):
        lessons[slug].module_id, lessons[slug].position = modules[module_key].id, place
    for place, key in enumerate(order.module_keys(), 1):
        modules[key].position = place
    session.flush()


def _places(order: Order) -> Iterator[tuple[str, str, int]]:
    place = 0
    for key, slugs in order.modules:
        for slug in slugs:
            place += 1
            yield slug, key, place
