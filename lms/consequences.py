"""What follows from what: the one table of events and the calls they lead to, in order.

A consequence runs in the transaction of the deed; one that fails undoes the deed.
"""

from certificates import awards
from certificates import mail as certificate_mail
from certificates.events import AuthorizationGranted
from courses.events import CourseCompleted
from lms.base.events import Consequences
from lms.guidelines.events import GuidelineAccepted

TABLE: Consequences = {
    CourseCompleted: [awards.course_completed],
    GuidelineAccepted: [awards.guideline_accepted],
    AuthorizationGranted: [certificate_mail.congratulate, certificate_mail.tell_manager],
}
