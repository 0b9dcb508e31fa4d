"""Beginning a renewal: the courses that it asks for are opened once more, what was done before stays as it was."""

from sqlalchemy.orm import Session

from certificates import awards, days, ladder
from certificates.way import evidence as evidences
from certificates.way import judging, terms
from courses import enrollment
from lms.base import audit
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import day, gettext
from lms.people import directory


def start(session: Session, person_id: int, level_code: str, slug: str) -> None:
    """Let somebody take a course again that the renewal of a level asks for. A second time changes nothing.

    Raises `NotFound` for a course that it does not ask her for, `Conflict` before the window opens.
    """
    level, person = ladder.level(session, level_code), directory.get(session, person_id)
    awards.locked(session, person_id)
    found = evidences.gather(session, person, [level])
    held = found.held.get(level.id)
    asked = (*judging.findings(found, level, renewal=True), *judging.long_way(found, level)) if held else ()
    course = next((one for one in asked if one.kind == "course" and one.slug == slug), None)
    if held is None or course is None or course.need is None or course.need.course_id is None:
        raise NotFound
    if not terms.is_open(held, level, found.today):
        opens = day(terms.opens_on(held, level))
        raise Conflict(gettext("This can be renewed from %(day)s on. Doing it sooner would not count.", day=opens))
    if course.done:
        return
    due_on = held.ends_on if held.ends_on >= days.today() else None
    taken = enrollment.take_again(session, person_id, course.need.course_id, due_on=due_on)
    details = {"person": person_id, "level": level_code, "cycle": taken.cycle}
    audit.record(session, "began a renewal", f"course:{taken.course_id}", actor_id=person_id, **details)
