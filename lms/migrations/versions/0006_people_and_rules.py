"""People and rules.

Revision 0006, after 0005.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


CHECKS = {
    "person": {
        "email_lower": "email = lower(email)",
        "listed_as": "listed_as IN ('full', 'initials')",
        "not_own_manager": "manager_id <> id",
        "status": "status IN ('active', 'leave', 'left')",
        "tier": "tier IN ('executive', 'manager', 'staff')",
    },
    "enrollment": {
        "missing": "missing IN ('', 'hire_date', 'event')",
        "missing_has_no_day": "missing = '' OR due_on IS NULL",
        "started_before_completed": "completed_at IS NULL OR started_at IS NOT NULL",
    },
}
"""The conditions of changed tables, as they are afterwards."""


# what the database itself refuses, written out so that it stays as it was
GUARDS = {
    "sqlite": [
        "CREATE TRIGGER snapshot_refuses_update BEFORE UPDATE ON snapshot BEGIN SELECT RAISE(ABORT, 'snapshot is append-only'); END",
        "CREATE TRIGGER snapshot_refuses_delete BEFORE DELETE ON snapshot BEGIN SELECT RAISE(ABORT, 'snapshot is append-only'); END",
        "CREATE TRIGGER look_refuses_update BEFORE UPDATE ON look BEGIN SELECT RAISE(ABORT, 'look is not rewritten'); END",
        "CREATE TRIGGER person_past_refuses_update BEFORE UPDATE ON person_past BEGIN SELECT RAISE(ABORT, 'person_past is append-only'); END",
        "CREATE TRIGGER person_past_refuses_delete BEFORE DELETE ON person_past BEGIN SELECT RAISE(ABORT, 'person_past is append-only'); END",
        "CREATE TRIGGER snapshot_person_refuses_update BEFORE UPDATE ON snapshot_person BEGIN SELECT RAISE(ABORT, 'snapshot_person is append-only'); END",
        "CREATE TRIGGER snapshot_person_refuses_delete BEFORE DELETE ON snapshot_person BEGIN SELECT RAISE(ABORT, 'snapshot_person is append-only'); END",
        "CREATE TRIGGER enrollment_change_refuses_update BEFORE UPDATE ON enrollment_change BEGIN SELECT RAISE(ABORT, 'enrollment_change is append-only'); END",
        "CREATE TRIGGER enrollment_change_refuses_delete BEFORE DELETE ON enrollment_change BEGIN SELECT RAISE(ABORT, 'enrollment_change is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION snapshot_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'snapshot is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER snapshot_refuses BEFORE UPDATE OR DELETE ON snapshot FOR EACH ROW EXECUTE FUNCTION snapshot_refuses()",
        "CREATE FUNCTION look_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'look is not rewritten' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER look_refuses BEFORE UPDATE ON look FOR EACH ROW EXECUTE FUNCTION look_refuses()",
        "CREATE FUNCTION person_past_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'person_past is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER person_past_refuses BEFORE UPDATE OR DELETE ON person_past FOR EACH ROW EXECUTE FUNCTION person_past_refuses()",
        "CREATE FUNCTION snapshot_person_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'snapshot_person is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER snapshot_person_refuses BEFORE UPDATE OR DELETE ON snapshot_person FOR EACH ROW EXECUTE FUNCTION snapshot_person_refuses()",
        "CREATE FUNCTION enrollment_change_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'enrollment_change is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER enrollment_change_refuses BEFORE UPDATE OR DELETE ON enrollment_change FOR EACH ROW EXECUTE FUNCTION enrollment_change_refuses()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("month_on", name=op.f("uq_snapshot_month_on")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('import', 'hand')", name=op.f("ck_absence_source")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_absence_days")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_absence_noted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person"), "absence", ["person_id", "from_on"], unique=False)

    op.create_table(
        "assignment_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_from", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("recurs_months", sa.Integer(), nullable=False),
        sa.Column("recurs_from", sa.String(), nullable=False),
        sa.Column("opens_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(due_from = 'event') = (event <> '')", name=op.f("ck_assignment_rule_event_named")),
        sa.CheckConstraint("(due_from = 'fixed') = (due_on IS NOT NULL)", name=op.f("ck_assignment_rule_fixed_day")),
        sa.CheckConstraint(
            "due_from IN ('assigned', 'hired', 'event', 'fixed')", name=op.f("ck_assignment_rule_due_from")
        ),
        sa.CheckConstraint("event IN ('', 'tier', 'unit', 'manager', 'return')", name=op.f("ck_assignment_rule_event")),
        sa.CheckConstraint("recurs_from IN ('due', 'completed')", name=op.f("ck_assignment_rule_recurs_from")),
        sa.CheckConstraint("state IN ('draft', 'active', 'ended')", name=op.f("ck_assignment_rule_state")),
        sa.CheckConstraint(
            "due_days >= 0 AND opens_days >= 0 AND recurs_months >= 0", name=op.f("ck_assignment_rule_days")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assignment_rule_course_id_course")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_assignment_rule_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rule")),
        sa.UniqueConstraint("uid", name=op.f("uq_assignment_rule_uid")),
    )
    op.create_index(op.f("ix_assignment_rule_course"), "assignment_rule", ["course_id", "position"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "chat_room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('teams', 'slack')", name=op.f("ck_chat_room_kind")),
        sa.CheckConstraint("url LIKE 'https://%'", name=op.f("ck_chat_room_url")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_chat_room_made_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_chat_room_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_room")),
    )
    op.create_table(
        "counted_person",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("speaks_until", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'leave')", name=op.f("ck_counted_person_state")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_counted_person_manager_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_counted_person_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_counted_person")),
    )
    op.create_index(op.f("ix_counted_person_manager"), "counted_person", ["manager_id"], unique=False)
    op.create_index(op.f("ix_counted_person_path"), "counted_person", ["path"], unique=False)

    op.create_table(
        "deputy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("manager_id <> deputy_id", name=op.f("ck_deputy_not_oneself")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_deputy_days")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_deputy_deputy_id_person")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_deputy_manager_id_person")),
        sa.ForeignKeyConstraint(["named_by_id"], ["person.id"], name=op.f("fk_deputy_named_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index(op.f("ix_deputy_deputy"), "deputy", ["deputy_id", "until_on"], unique=False)
    op.create_index(op.f("ix_deputy_manager"), "deputy", ["manager_id", "until_on"], unique=False)

    op.create_table(
        "exemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_exemption_course_id_course")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_exemption_given_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exemption_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index(op.f("ix_exemption_of"), "exemption", ["person_id", "course_id"], unique=False)

    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_look_person_id_person")),
        sa.ForeignKeyConstraint(["viewer_id"], ["person.id"], name=op.f("fk_look_viewer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index(op.f("ix_look_person"), "look", ["person_id", "at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_notice_person_id_key")),
    )
    op.create_index(op.f("ix_notice_unread"), "notice", ["person_id", "read_at"], unique=False)

    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_nudge_by_id_person")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_nudge_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_nudge_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
    )
    op.create_index(op.f("ix_nudge_person"), "nudge", ["person_id", "sent_at"], unique=False)

    op.create_table(
        "people_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("on_missing", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("leaving", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("many_leavers_allowed", sa.Boolean(), nullable=False),
        sa.Column("brought_by_id", sa.Integer(), nullable=True),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("on_missing IN ('keep', 'deactivate')", name=op.f("ck_people_import_on_missing")),
        sa.CheckConstraint("source IN ('upload', 'command', 'pickup', 'api')", name=op.f("ck_people_import_source")),
        sa.CheckConstraint(
            "state IN ('uploaded', 'checked', 'refused', 'applied', 'stopped', 'undone')",
            name=op.f("ck_people_import_state"),
        ),
        sa.ForeignKeyConstraint(["applied_by_id"], ["person.id"], name=op.f("fk_people_import_applied_by_id_person")),
        sa.ForeignKeyConstraint(["brought_by_id"], ["person.id"], name=op.f("fk_people_import_brought_by_id_person")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name=op.f("fk_people_import_undone_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
        sa.UniqueConstraint("uid", name=op.f("uq_people_import_uid")),
    )
    op.create_index(op.f("ix_people_import_state"), "people_import", ["state"], unique=False)

    op.create_table(
        "person_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("hire_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_person_past_manager_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_past_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_past_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_past")),
    )
    op.create_index(op.f("ix_person_past_until"), "person_past", ["person_id", "until_at"], unique=False)

    op.create_table(
        "report_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_in_all", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name=op.f("ck_report_export_format")),
        sa.CheckConstraint("state IN ('asked', 'working', 'done', 'failed')", name=op.f("ck_report_export_state")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_report_export_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_export")),
        sa.UniqueConstraint("uid", name=op.f("uq_report_export_uid")),
    )
    op.create_index(op.f("ix_report_export_asked_by_id"), "report_export", ["asked_by_id"], unique=False)
    op.create_index(op.f("ix_report_export_state"), "report_export", ["state"], unique=False)

    op.create_table(
        "reporting_line",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('second', 'dotted')", name=op.f("ck_reporting_line_kind")),
        sa.CheckConstraint("person_id <> manager_id", name=op.f("ck_reporting_line_not_own_manager")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_reporting_line_manager_id_person")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_reporting_line_noted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reporting_line_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "manager_id", name=op.f("pk_reporting_line")),
    )
    op.create_index(op.f("ix_reporting_line_manager"), "reporting_line", ["manager_id"], unique=False)

    op.create_table(
        "retention",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("months > 0", name=op.f("ck_retention_months")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_retention_set_by_id_person")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention")),
    )
    op.create_table(
        "rollup",
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('courses', 'people', 'speakers', 'leave')", name=op.f("ck_rollup_kind")),
        sa.CheckConstraint("count >= 0 AND done >= 0 AND done <= count", name=op.f("ck_rollup_sums")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_rollup_manager_id_person")),
        sa.PrimaryKeyConstraint("manager_id", "kind", "course_id", "day", name=op.f("pk_rollup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("population", sa.String(), nullable=False),
        sa.Column("grouped_by", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "population IN ('attended', 'completed', 'certified', 'authorized', 'active')",
            name=op.f("ck_saved_report_population"),
        ),
        sa.CheckConstraint("rhythm IN ('', 'weekly', 'monthly')", name=op.f("ck_saved_report_rhythm")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_saved_report_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_report")),
        sa.UniqueConstraint("uid", name=op.f("uq_saved_report_uid")),
    )
    op.create_index(op.f("ix_saved_report_owner_id"), "saved_report", ["owner_id"], unique=False)

    op.create_table(
        "snapshot_person",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("on_leave", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("authorized", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_snapshot_person_manager_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_snapshot_person_person_id_person")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_person_snapshot_id_snapshot")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_snapshot_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("snapshot_id", "person_id", name=op.f("pk_snapshot_person")),
    )
    op.create_table(
        "team_past",
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("up_to_date", sa.Integer(), nullable=False),
        sa.Column("speakers", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_team_past_manager_id_person")),
        sa.PrimaryKeyConstraint("manager_id", "on_day", name=op.f("pk_team_past")),
    )
    op.create_table(
        "works_council",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("smallest", sa.Integer(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_works_council_one_row")),
        sa.CheckConstraint("smallest >= 2", name=op.f("ck_works_council_smallest")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_works_council_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_council")),
    )
    op.create_table(
        "chat_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'dead')", name=op.f("ck_chat_message_state")),
        sa.ForeignKeyConstraint(["room_id"], ["chat_room.id"], name=op.f("fk_chat_message_room_id_chat_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("key", name=op.f("uq_chat_message_key")),
    )
    op.create_index(op.f("ix_chat_message_state"), "chat_message", ["state"], unique=False)

    op.create_table(
        "counted_course",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_counted_course_course_id_course")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["counted_person.person_id"], name=op.f("fk_counted_course_person_id_counted_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "course_id", name=op.f("pk_counted_course")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_counted_course_due"),
        "counted_course",
        ["due_on", "person_id", "course_id"],
        unique=False,
        sqlite_where=sa.text("done IS 0"),
        postgresql_where=sa.text("done IS false"),
    )

    op.create_table(
        "import_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('joiner', 'changed', 'mover', 'leaver', 'returner', 'orphan', 'same_email')",
            name=op.f("ck_import_change_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["people_import.id"], name=op.f("fk_import_change_import_id_people_import")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
    )
    op.create_index(op.f("ix_import_change_of"), "import_change", ["import_id", "kind", "person_id"], unique=False)

    op.create_table(
        "import_column",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["people_import.id"], name=op.f("fk_import_column_import_id_people_import")
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_column")),
    )
    op.create_table(
        "import_problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["people_import.id"], name=op.f("fk_import_problem_import_id_people_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_problem")),
    )
    op.create_index(op.f("ix_import_problem_of"), "import_problem", ["import_id", "line"], unique=False)

    op.create_table(
        "rule_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("negated", sa.Boolean(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint(
            "field IN ('tier', 'unit', 'location', 'country', 'language', 'role', 'level', 'hired_after', 'hired_before')",
            name=op.f("ck_rule_condition_field"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["assignment_rule.id"], name=op.f("fk_rule_condition_rule_id_assignment_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_condition")),
        sa.UniqueConstraint(
            "rule_id", "field", "negated", "value", name=op.f("uq_rule_condition_rule_id_field_negated_value")
        ),
    )
    op.create_table(
        "rule_reminder",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.CheckConstraint("audience IN ('learner', 'manager', 'skip')", name=op.f("ck_rule_reminder_audience")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["assignment_rule.id"], name=op.f("fk_rule_reminder_rule_id_assignment_rule")
        ),
        sa.PrimaryKeyConstraint("rule_id", "days", "audience", name=op.f("pk_rule_reminder")),
    )
    op.create_table(
        "enrollment_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("due_after", sa.Date(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('assigned', 'paused', 'restored', 'extended', 'recounted', 'waived', 'unwaived', 'reopened')",
            name=op.f("ck_enrollment_change_kind"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_enrollment_change_by_id_person")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_enrollment_change_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["assignment_rule.id"], name=op.f("fk_enrollment_change_rule_id_assignment_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_change")),
    )
    op.create_index(op.f("ix_enrollment_change_of"), "enrollment_change", ["enrollment_id", "at"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("skipped_why", sa.String(), nullable=False),
        sa.Column("mail_key", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("audience IN ('learner', 'manager', 'skip')", name=op.f("ck_reminder_audience")),
        sa.CheckConstraint("state IN ('planned', 'sent', 'skipped')", name=op.f("ck_reminder_state")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_reminder_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_reminder_recipient_id_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["assignment_rule.id"], name=op.f("fk_reminder_rule_id_assignment_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("enrollment_id", "rule_id", "days", "recipient_id", name="uq_reminder_once"),
    )
    op.create_index(op.f("ix_reminder_mail_key"), "reminder", ["mail_key"], unique=False)
    op.create_index(op.f("ix_reminder_recipient"), "reminder", ["recipient_id", "planned_on"], unique=False)
    op.create_index(op.f("ix_reminder_state"), "reminder", ["state", "planned_on"], unique=False)
    _add("person", {"location": (sa.String(), "")}, left_on=sa.Date())
    _add(
        "enrollment",
        {"leave_days": (sa.Integer(), "0"), "missing": (sa.String(), "")},
        rule_id=sa.Integer(),
        based_on=sa.Date(),
        paused_at=sa.DateTime(timezone=True),
    )
    with _changing("enrollment") as table:
        table.create_foreign_key(op.f("fk_enrollment_rule_id_assignment_rule"), "assignment_rule", ["rule_id"], ["id"])
        table.create_index("ix_enrollment_rule", ["rule_id", "person_id"], unique=False)
    op.create_index(
        "uq_enrollment_open",
        "enrollment",
        ["person_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("completed_at IS NULL"),
        postgresql_where=sa.text("completed_at IS NULL"),
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _add(name: str, added: dict[str, tuple[Any, Any]], **empty: Any) -> None:
    """New columns: those with a first value for the rows there are, which the program says itself afterwards."""
    with op.batch_alter_table(name) as table:
        for column, (kind, value) in added.items():
            table.add_column(sa.Column(column, kind, nullable=False, server_default=value))
        for column, kind in empty.items():
            table.add_column(sa.Column(column, kind, nullable=True))
    with _changing(name) as table:
        for column, (kind, _) in added.items():
            table.alter_column(column, existing_type=kind, server_default=None)


@contextmanager
def _changing(name: str) -> Iterator[Any]:
    """A table that is changed: with the conditions that it has afterwards."""
    with op.batch_alter_table(name) as table:
        kept = {str(check["name"]) for check in sa.inspect(op.get_bind()).get_check_constraints(name)}
        for check in CHECKS.get(name, {}):
            if f"ck_{name}_{check}" in kept:
                table.drop_constraint(op.f(f"ck_{name}_{check}"), type_="check")
        yield table
        for check, condition in CHECKS.get(name, {}).items():
            table.create_check_constraint(op.f(f"ck_{name}_{check}"), condition)
