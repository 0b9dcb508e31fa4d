"""What follows from what: the one table of events and the calls they lead to, in order.

A consequence runs in the transaction of the deed; one that fails undoes the deed.
"""

from certificates import awards, erasure, foresight, telling, withdrawals
from certificates import mail as certificate_mail
from certificates.campaigns import running as campaigns
from certificates.entitlements import tasks as entitlement_tasks
from certificates.events import (
    AuthorizationChanged,
    AuthorizationsChanged,
    AuthorizationsGranted,
    AuthorizationsRestored,
)
from certificates.levels import guarding
from certificates.permissions import restoring
from certificates.permissions import triggers as permission_triggers
from courses.events import (
    CourseCompleted,
    CourseCompletionWithdrawn,
    CoursePublished,
    CourseRetired,
    EnrollmentsChanged,
    WouldComplete,
    WouldWithdraw,
)
from courses.search import index as search_index
from lms.assignments import keeping as assignments
from lms.base.events import Consequences, Foresight
from lms.base.outbox import MailsLeave
from lms.guidelines.events import GuidelineAccepted, GuidelinePublished, WouldPublish
from lms.people.events import ImportUndone, PeopleChanged, PersonErased
from lms.privacy import erasing
from lms.reminders import told
from lms.reports.counters import following as counters
from quizzes.authoring import desk as quiz_desk
from quizzes.events import AttemptDecided

TABLE: Consequences = {
    CourseCompleted: [withdrawals.resume, awards.course_completed, counters.completed],
    CourseCompletionWithdrawn: [withdrawals.pause, counters.completed],
    CourseRetired: [guarding.course_retired, counters.course_changed],
    CoursePublished: [search_index.course_published, quiz_desk.course_published, counters.course_changed],
    EnrollmentsChanged: [counters.enrollments_changed],
    GuidelineAccepted: [permission_triggers.guideline_accepted, awards.guideline_accepted, campaigns.accepted],
    GuidelinePublished: [search_index.guideline_published, campaigns.published],
    AuthorizationsGranted: [entitlement_tasks.open_for, certificate_mail.granted, counters.authorizations_changed],
    AuthorizationChanged: [entitlement_tasks.changed, telling.changed, counters.authorization_changed],
    AuthorizationsChanged: [entitlement_tasks.many_changed, telling.many_changed, counters.authorizations_changed],
    AuthorizationsRestored: [entitlement_tasks.restored],
    AttemptDecided: [permission_triggers.attempt_decided],
    ImportUndone: [restoring.import_undone],
    PeopleChanged: [permission_triggers.after_change, assignments.people_changed, counters.people_changed],
    PersonErased: [erasure.person_erased, erasing.person_erased],
    MailsLeave: [told.mails_leave],
}

FORESIGHT: Foresight = {
    WouldComplete: [foresight.would_complete],
    WouldWithdraw: [foresight.would_withdraw],
    WouldPublish: [campaigns.would_publish],
}
"""What would follow: asked before a deed that touches many people, and answered without changing anything."""
