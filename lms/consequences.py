"""What follows from what: the one table of events and the calls they lead to, in order.

A consequence runs in the transaction of the deed; one that fails undoes the deed.
"""

from certificates import awards, foresight, withdrawals
from certificates import mail as certificate_mail
from certificates.events import AuthorizationGranted
from courses.events import CourseCompleted, CourseCompletionWithdrawn, CoursePublished, WouldComplete, WouldWithdraw
from courses.search import index as search_index
from lms.base.events import Consequences, Foresight
from lms.guidelines.events import GuidelineAccepted, GuidelinePublished
from quizzes.authoring import desk as quiz_desk

TABLE: Consequences = {
    CourseCompleted: [withdrawals.resume, awards.course_completed],
    CourseCompletionWithdrawn: [withdrawals.pause],
    CoursePublished: [search_index.course_published, quiz_desk.course_published],
    GuidelineAccepted: [awards.guideline_accepted],
    GuidelinePublished: [search_index.guideline_published],
    AuthorizationGranted: [certificate_mail.congratulate, certificate_mail.tell_manager],
}

FORESIGHT: Foresight = {
    WouldComplete: [foresight.would_complete],
    WouldWithdraw: [foresight.would_withdraw],
}
"""What would follow: asked before a deed that touches many people, and answered without changing anything."""
