"""The demo company's standing rules: who takes the first course by when, and one exemption.

They ask only units in which everybody has the course already, and count longer than the days people have: so a rule
explains the days that are told at the start, and moves none.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from lms.assignments import extending, rules
from lms.assignments.drafts import Condition, RuleDraft
from lms.people.models import Person

LADDER = ((-14, "learner"), (-3, "learner"), (1, "learner"), (7, "manager"), (21, "skip"))
UNITS = (Condition("unit", "Benelux"), Condition("unit", "UK"))


def load(session: Session, people: Mapping[str, Person], course_id: int) -> None:
    """Give the demo company its rules, and exempt somebody."""
    by_id = people["dana"].id
    managers = RuleDraft(
        name="Managers first",
        course_id=course_id,
        reason="Your team asks you first what it may post. So you know the principles before they do.",
        conditions=(Condition("tier", "manager"), *UNITS),
        due_days=45,
        recurs_months=12,
        reminders=LADDER,
    )
    everybody = replace(
        managers,
        name="Everybody in Benelux and the UK",
        reason="Whoever works here is asked about us, online too. The principles take an hour and last a year.",
        conditions=UNITS,
    )
    for draft in (managers, everybody):
        rules.save(session, draft, by_id=by_id)
    reason = "The board has a session of its own with the social media hub."
    extending.exempt(session, people["eva"].id, course_id, until_on=None, reason=reason, by_id=by_id)
