"""What follows from what: the one table of events and the calls they lead to, in order.

A consequence runs in the transaction of the deed; one that fails undoes the deed.
"""

from certificates import awards, erasure, foresight, telling, withdrawals
from certificates import mail as certificate_mail
from certificates.campaigns import running as campaigns
from certificates.entitlements import tasks as entitlement_tasks
from certificates.events import AuthorizationChanged, AuthorizationsChanged, AuthorizationsGranted
from certificates.levels import guarding
from certificates.permissions import triggers as permission_triggers
from courses.events import (
    CourseCompleted,
    CourseCompletionWithdrawn,
    CoursePublished,
    CourseRetired,
    WouldComplete,
    WouldWithdraw,
)
from courses.search import index as search_index
from lms.base.events import Consequences, Foresight
from lms.guidelines.events import GuidelineAccepted, GuidelinePublished, WouldPublish
from lms.people.events import PersonErased
from quizzes.authoring import desk as quiz_desk
from quizzes.events import AttemptDecided

TABLE: Consequences = {
    CourseCompleted: [withdrawals.resume, awards.course_completed],
    CourseCompletionWithdrawn: [withdrawals.pause],
    CourseRetired: [guarding.course_retired],
    CoursePublished: [search_index.course_published, quiz_desk.course_published],
    GuidelineAccepted: [permission_triggers.guideline_accepted, awards.guideline_accepted, campaigns.accepted],
    GuidelinePublished: [search_index.guideline_published, campaigns.published],
    AuthorizationsGranted: [entitlement_tasks.open_for, certificate_mail.granted],
    AuthorizationChanged: [entitlement_tasks.changed, telling.changed],
    AuthorizationsChanged: [entitlement_tasks.many_changed, telling.many_changed],
    AttemptDecided: [permission_triggers.attempt_decided],
    PersonErased: [erasure.person_erased],
}

FORESIGHT: Foresight = {
    WouldComplete: [foresight.would_complete],
    WouldWithdraw: [foresight.would_withdraw],
    WouldPublish: [campaigns.would_publish],
}
"""What would follow: asked before a deed that touches many people, and answered without changing anything."""
