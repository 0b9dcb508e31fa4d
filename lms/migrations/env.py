"""Where Alembic learns of the tables. Run through `lms.base.schema`, which gives the connection."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

import certificates.campaigns.models  # noqa: F401
import certificates.credentials.models  # noqa: F401
import certificates.entitlements.models  # noqa: F401
import certificates.handles.models  # noqa: F401
import certificates.level_models  # noqa: F401
import certificates.models  # noqa: F401
import certificates.papers.models  # noqa: F401
import certificates.periods.models  # noqa: F401
import certificates.permissions.models  # noqa: F401
import certificates.way.models  # noqa: F401
import courses.authoring.models  # noqa: F401
import courses.enrollment_models  # noqa: F401
import courses.exercises.models  # noqa: F401
import courses.media.models  # noqa: F401
import courses.models  # noqa: F401
import courses.paths.models  # noqa: F401
import courses.review.models  # noqa: F401
import courses.search.models  # noqa: F401
import courses.sessions.models  # noqa: F401
import lms.assignments.models  # noqa: F401
import lms.base.audit  # noqa: F401
import lms.base.outbox  # noqa: F401
import lms.base.webhooks  # noqa: F401
import lms.exchange.api.models  # noqa: F401
import lms.guidelines.models  # noqa: F401
import lms.people.imports.models  # noqa: F401
import lms.people.models  # noqa: F401
import lms.privacy.models  # noqa: F401
import lms.reminders.models  # noqa: F401
import lms.reports.compliance.models  # noqa: F401
import lms.reports.counters.models  # noqa: F401
import quizzes.analysis.models  # noqa: F401
import quizzes.attempt_models  # noqa: F401
import quizzes.marking.models  # noqa: F401
import quizzes.models  # noqa: F401
import quizzes.practice.models  # noqa: F401
import quizzes.question_models  # noqa: F401
import quizzes.regrading.models  # noqa: F401 - importing these makes all tables known
from courses.search.models import is_described
from lms.base.db import Base, Moment


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write plain types into a migration, so that it does not change when our code does."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


connection: sa.Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
    render_item=render_item,
    include_name=is_described,
)
with context.begin_transaction():
    context.run_migrations()
