"""Where what is kept about somebody lies: every table with a person in it, by its name.

Tables are named here and not their classes: this part looks at all of them, and needs nothing of what they do. A test
walks all tables; one that is neither exported nor left out with a reason stops the build.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SECRET = frozenset({"token_hash", "password_hash", "code", "seed", "secret"})
"""Columns that nobody is shown: whoever has them could use them."""


@dataclass(frozen=True)
class Held:
    """Rows about somebody: the kind of data, and how they are found.

    `by` are the columns that name her. `through` is a table of this list whose rows these belong to, by a column here.
    `once` is a column that must be set: before that, the row is not told to her.
    """

    kind: str
    by: tuple[str, ...] = ()
    through: tuple[str, str] | None = None
    once: str = ""


def _by(kind: str, *columns: str) -> Held:
    return Held(kind, columns or ("person_id",))


def _of(kind: str, column: str, table: str, once: str = "") -> Held:
    return Held(kind, through=(column, table), once=once)


EXPORTED: Mapping[str, Held] = {
    "person": _by("person", "id"),
    "person_past": _by("person"),
    "person_role": _by("person"),
    "reporting_line": _by("person"),
    "place_seen": _by("person"),
    "guest": _by("person"),
    "absence": _by("absences"),
    "enrollment": _by("courses"),
    "enrollment_change": _of("courses", "enrollment_id", "enrollment"),
    "lesson_completion": _of("courses", "enrollment_id", "enrollment"),
    "lesson_redo": _of("courses", "enrollment_id", "enrollment"),
    "exemption": _by("courses"),
    "seat": _by("courses"),
    "attempt": _by("attempts"),
    "response": _of("attempts", "attempt_id", "attempt"),
    "result": _of("attempts", "attempt_id", "attempt"),
    "attempt_break": _of("attempts", "attempt_id", "attempt"),
    "appeal": _of("attempts", "attempt_id", "attempt"),
    "marking_task": _of("attempts", "item_id", "paper_item", "done_at"),
    "paper_item": _of("attempts", "attempt_id", "attempt"),
    "attempt_release": _by("attempts"),
    "regrade_change": _by("attempts"),
    "accommodation": _by("accommodations"),
    "practice_card": _by("practice"),
    "practice_answer": _by("practice"),
    "exercise_entry": _of("written", "enrollment_id", "enrollment"),
    "coach_answer": _of("written", "entry_id", "exercise_entry"),
    "review_comment": _by("written"),
    "contribution": _by("written"),
    "certificate": _by("permissions"),
    "certificate_status": _of("permissions", "certificate_id", "certificate"),
    "authorization": _by("permissions"),
    "authorization_status": _of("permissions", "authorization_id", "authorization"),
    "approval": _of("permissions", "authorization_id", "authorization"),
    "revocation": _of("permissions", "authorization_id", "authorization", "decided_at"),
    "handle": _by("permissions"),
    "handle_claim": _by("permissions"),
    "hold": _by("permissions"),
    "waiver": _by("permissions"),
    "speaker_pair": _by("permissions", "executive_id", "writer_id"),
    "entitlement_task": _by("permissions"),
    "branded_handle": _by("permissions", "owner_id", "deputy_id"),
    "campaign_person": _by("permissions"),
    "attestation": _by("acceptances"),
    "clause_attestation": _by("acceptances"),
    "notice": _by("notices"),
    "nudge": _by("nudges"),
    "reminder": _by("reminders", "recipient_id"),
    "calendar_feed": _by("sign_ins"),
    "sign_in": _by("sign_ins"),
    "deputy": _by("deputies", "manager_id", "deputy_id"),
    "import_change": _by("imports"),
    "look": _by("looks"),
    "saved_report": _by("work", "owner_id"),
    "report_export": _by("work", "asked_by_id"),
    "media_upload": _by("work"),
    "sign_off": _by("work"),
    "guideline_sign_off": _by("work"),
    "reviewer": _by("work"),
    "version_author": _by("work"),
}

FIGURES = "Counted from the rows that are exported, and counted anew at any time."
PASSING = "Kept for minutes, while a page is open."
LEFT_OUT: Mapping[str, str] = {
    "counted_person": FIGURES,
    "rollup": FIGURES,
    "team_past": FIGURES,
    "snapshot_person": "A frozen figure of a past month without a name, made from the rows that are exported.",
    "presence": PASSING,
    "draft_step": PASSING,
}
"""Tables with a person in them that are not exported, and why."""
DECIDED: Mapping[str, str] = {
    "absence": "noted_by_id",
    "accommodation": "ended_by set_by",
    "api_token": "ended_by_id made_by_id",
    "appeal": "decided_by",
    "approval": "by_id",
    "assignment_rule": "made_by_id",
    "attempt_release": "released_by",
    "authorization": "requested_by_id",
    "authorization_status": "by_id",
    "branded_handle": "registered_by_id",
    "campaign": "opened_by_id",
    "certificate_status": "by_id",
    "chat_room": "made_by_id",
    "coach_answer": "coach_id",
    "contribution": "looked_by_id",
    "course_version": "created_by in_review_by published_by",
    "crisis_period": "ended_by_id started_by_id",
    "deputy": "named_by_id",
    "enrollment": "assigned_by",
    "enrollment_change": "by_id",
    "entitlement_task": "given_by_id returned_by_id",
    "exemption": "given_by_id",
    "guest": "sponsor_id",
    "guideline_version": "drafted_by_id published_by_id",
    "handle_claim": "decided_by_id",
    "hold": "lifted_by_id placed_by_id",
    "lesson_text": "saved_by",
    "level_revision": "by_id",
    "live_session": "host_id",
    "look": "viewer_id",
    "mark": "marker_id",
    "marking_task": "marker_id",
    "media_item": "created_by",
    "media_replacement": "replaced_by",
    "nudge": "by_id",
    "paper_batch": "asked_by_id",
    "people_import": "applied_by_id brought_by_id undone_by_id",
    "person": "manager_id",
    "person_past": "manager_id",
    "question_version": "author_id",
    "quiet_period": "cancelled_by_id made_by_id",
    "regrade": "applied_by approved_by asked_by undo_approved_by undone_by",
    "reporting_line": "manager_id noted_by_id",
    "retention": "set_by_id",
    "review_comment": "resolved_by",
    "revocation": "decided_by_id proposed_by_id",
    "seat": "marked_by",
    "speaker_pair": "ended_by_id made_by_id",
    "waiver": "by_id ended_by_id",
    "works_council": "set_by_id",
}
"""Columns in which she stands because she decided something at work, or leads or was looked at by somebody: the row is
about another person, or about a thing, and is in that person's export where it is about one."""
