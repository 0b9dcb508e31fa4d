"""What follows from what: the one table of events and the calls they lead to, in order.

A consequence runs in the transaction of the deed; one that fails undoes the deed.
"""

from certificates import awards
from certificates import mail as certificate_mail
from certificates.events import AuthorizationGranted
from courses.events import CourseCompleted, CoursePublished
from courses.search import index as search_index
from lms.base.events import Consequences
from lms.guidelines.events import GuidelineAccepted, GuidelinePublished
from quizzes.authoring import desk as quiz_desk

TABLE: Consequences = {
    CourseCompleted: [awards.course_completed],
    CoursePublished: [search_index.course_published, quiz_desk.course_published],
    GuidelineAccepted: [awards.guideline_accepted],
    GuidelinePublished: [search_index.guideline_published],
    AuthorizationGranted: [certificate_mail.congratulate, certificate_mail.tell_manager],
}
