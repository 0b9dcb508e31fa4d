"""A lesson of a draft as its reviewers read it: its text with the remarks on it, and what changed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from courses.authoring.editions import CourseEditions
from courses.review import anchors, comments, contents, topics
from courses.review.comments import Place, Thread
from courses.review.contents import Contents, LessonContent, Words
from courses.review.topics import TopicView
from lms.base import differences
from lms.base.differences import Passage
from lms.base.errors import NotFound
from lms.base.i18n import gettext, pick

NOTHING = Words("", "")


@dataclass(frozen=True)
class Entry:
    """A lesson in the list beside the text: whether and how it changed, and how many open remarks it has."""

    slug: str
    titles: dict[str, str]
    change: str
    open: int


@dataclass(frozen=True)
class ReviewPage:
    """A lesson in one language and variant. `html` has the passages marked that stand in `found`.

    `entries` are all lessons, those that changed first; `altered` are the texts of this one, by language and variant,
    that differ from the live version. Without words (`None`) the text is not there, or leaves.
    """

    lesson: LessonContent
    language: str
    variant: str
    words: Words | None
    html: str
    was: Words | None
    passages: list[Passage]
    entries: list[Entry]
    altered: frozenset[tuple[str, str]]
    variants: list[str]
    topics: list[TopicView]
    threads: list[Thread]
    found: frozenset[int]

    @property
    def change(self) -> str:
        """Whether this lesson is new, changed, leaving or as it was."""
        return next(entry.change for entry in self.entries if entry.slug == self.lesson.slug)

    @property
    def next_changed(self) -> Entry | None:
        """The lesson to read after this one among those that changed."""
        changed = [entry for entry in self.entries if entry.change]
        place = next((at for at, entry in enumerate(changed) if entry.slug == self.lesson.slug), -1)
        return changed[place + 1] if place + 1 < len(changed) else None


def page(session: Session, draft_id: int, live_id: int | None, slug: str, language: str, variant: str) -> ReviewPage:
    """A lesson of a draft to read, for its reviewers. Four statements. Raises `NotFound`."""
    read = contents.read(session, *(number for number in (draft_id, live_id) if number))
    draft, live = read[draft_id], read.get(live_id or 0)
    lesson, before = draft.lessons.get(slug), live.lessons.get(slug) if live else None
    known = lesson or before
    if known is None:
        raise NotFound
    words, was = (one.texts.get((language, variant)) if one else None for one in (lesson, before))
    threads = comments.threads(session, draft_id, slug, language, variant)
    html, found = anchors.marked(
        words.html if words else "", [(one.remark.id, one.quote) for one in threads if one.quote]
    )
    return ReviewPage(
        lesson=known,
        language=language,
        variant=variant,
        words=words,
        html=html,
        was=was,
        passages=changed_passages(was or NOTHING, words or NOTHING) if before else [],
        entries=entries(draft, live, comments.places(session, draft_id)),
        altered=_altered(lesson, before),
        variants=sorted({place[1] for one in (lesson, before) if one for place in one.texts}),
        topics=[one for one in topics.all(session) if slug in contents.touching(one.clauses, one.key, draft, live)],
        threads=threads,
        found=found,
    )


def changed_passages(was: Words, words: Words) -> list[Passage]:
    """What changed between two editions of a text, the title first."""
    found = differences.passages(was.html, words.html)
    if was.title != words.title:
        found.insert(0, differences.compare(was.title, words.title))
    return found


def entries(draft: Contents, live: Contents | None, places: list[Place]) -> list[Entry]:
    """The lessons of a draft for a list: those that changed first, each in the order of the course."""
    changed = contents.changed(draft, live)
    before = live.lessons if live else {}
    rest = [slug for slug in draft.lessons if slug not in changed]
    found = []
    for slug in (*changed, *rest):
        change = "" if slug in rest else "leaves" if slug not in draft.lessons else "changed"
        change = "new" if slug not in before else change
        lesson = draft.lessons.get(slug) or before[slug]
        said = sum(place.open for place in places if place.lesson == slug)
        found.append(Entry(slug, lesson.titles, change, said))
    return found


def _altered(lesson: LessonContent | None, before: LessonContent | None) -> frozenset[tuple[str, str]]:
    now, then = (one.texts if one else {} for one in (lesson, before))
    return frozenset(place for place in {**now, **then} if now.get(place) != then.get(place))


def topic_name(topic: TopicView) -> str:
    """A topic in a list of what can be reviewed."""
    return gettext("Topic: %(name)s", name=pick(topic.names))


def course_name(course: CourseEditions) -> str:
    """A course in a list of what can be reviewed."""
    title = pick(course.titles) if course.titles else course.slug
    return gettext("Course: %(code)s. %(name)s", code=course.code, name=title)
