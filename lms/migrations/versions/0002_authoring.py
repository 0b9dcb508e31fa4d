"""Authoring.

Revision 0002, after 0001.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


GUARDED = {
    "course_version": ("delete",),
    "lesson_completion": ("update", "delete"),
    **dict.fromkeys(
        ("course_text", "module", "module_text", "lesson", "lesson_clause", "lesson_text"),
        ("insert", "update", "delete"),
    ),
}
"""Tables whose guards are taken away while tables change, and made anew afterwards."""
CHECKS = {
    "course_version": {
        "status": "status IN ('draft', 'published', 'superseded')",
        "published_at": "(status = 'draft') = (published_at IS NULL)",
    },
    "lesson": {"minutes": "minutes > 0"},
    "course": {"tier": "tier IN ('executive', 'manager', 'staff')"},
    "enrollment": {"started_before_completed": "completed_at IS NULL OR started_at IS NOT NULL"},
}
"""What SQLite forgets when it changes a table by copying it."""


# what the database itself refuses, written out so that it stays as it was
GUARDS = {
    "sqlite": [
        "CREATE TRIGGER course_version_refuses_delete BEFORE DELETE ON course_version WHEN OLD.status <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER course_version_answers_for_itself_update BEFORE UPDATE ON course_version WHEN NEW.status = 'published' AND EXISTS (SELECT 1 FROM course WHERE id = NEW.course_id AND (business_reason = '' OR owner = '' OR review_on IS NULL)) BEGIN SELECT RAISE(ABORT, 'a course is published with its business reason, owner and review date'); END",
        "CREATE TRIGGER course_version_stays_update BEFORE UPDATE ON course_version WHEN OLD.status <> 'draft' AND (NEW.status = 'draft' OR NEW.note <> OLD.note OR NEW.number <> OLD.number OR NEW.change IS DISTINCT FROM OLD.change OR NEW.redo_who IS DISTINCT FROM OLD.redo_who OR NEW.redo_by IS DISTINCT FROM OLD.redo_by OR NEW.published_at IS DISTINCT FROM OLD.published_at OR NEW.published_by IS DISTINCT FROM OLD.published_by) BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER course_text_refuses_insert BEFORE INSERT ON course_text WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER course_text_refuses_update BEFORE UPDATE ON course_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER course_text_refuses_delete BEFORE DELETE ON course_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_refuses_insert BEFORE INSERT ON module WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_refuses_update BEFORE UPDATE ON module WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_refuses_delete BEFORE DELETE ON module WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_text_refuses_insert BEFORE INSERT ON module_text WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_text_refuses_update BEFORE UPDATE ON module_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_text_refuses_delete BEFORE DELETE ON module_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_refuses_insert BEFORE INSERT ON lesson WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_refuses_update BEFORE UPDATE ON lesson WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_refuses_delete BEFORE DELETE ON lesson WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_clause_refuses_insert BEFORE INSERT ON lesson_clause WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_clause_refuses_update BEFORE UPDATE ON lesson_clause WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_clause_refuses_delete BEFORE DELETE ON lesson_clause WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_text_refuses_insert BEFORE INSERT ON lesson_text WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_text_refuses_update BEFORE UPDATE ON lesson_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_text_refuses_delete BEFORE DELETE ON lesson_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_completion_refuses_update BEFORE UPDATE ON lesson_completion BEGIN SELECT RAISE(ABORT, 'lesson_completion is append-only'); END",
        "CREATE TRIGGER lesson_completion_refuses_delete BEFORE DELETE ON lesson_completion BEGIN SELECT RAISE(ABORT, 'lesson_completion is append-only'); END",
        "CREATE TRIGGER lesson_topic_refuses_insert BEFORE INSERT ON lesson_topic WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_topic_refuses_update BEFORE UPDATE ON lesson_topic WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_topic_refuses_delete BEFORE DELETE ON lesson_topic WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_file_refuses_insert BEFORE INSERT ON lesson_file WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_file_refuses_update BEFORE UPDATE ON lesson_file WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_file_refuses_delete BEFORE DELETE ON lesson_file WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_item_refuses_insert BEFORE INSERT ON lesson_item WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_item_refuses_update BEFORE UPDATE ON lesson_item WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_item_refuses_delete BEFORE DELETE ON lesson_item WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER redo_lesson_refuses_insert BEFORE INSERT ON redo_lesson WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER redo_lesson_refuses_update BEFORE UPDATE ON redo_lesson WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER redo_lesson_refuses_delete BEFORE DELETE ON redo_lesson WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER changed_clause_refuses_insert BEFORE INSERT ON changed_clause WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER changed_clause_refuses_update BEFORE UPDATE ON changed_clause WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER changed_clause_refuses_delete BEFORE DELETE ON changed_clause WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_redo_refuses_update BEFORE UPDATE ON lesson_redo BEGIN SELECT RAISE(ABORT, 'lesson_redo is append-only'); END",
        "CREATE TRIGGER lesson_redo_refuses_delete BEFORE DELETE ON lesson_redo BEGIN SELECT RAISE(ABORT, 'lesson_redo is append-only'); END",
        "CREATE TRIGGER sign_off_refuses_update BEFORE UPDATE ON sign_off BEGIN SELECT RAISE(ABORT, 'sign_off is append-only'); END",
        "CREATE TRIGGER sign_off_refuses_delete BEFORE DELETE ON sign_off BEGIN SELECT RAISE(ABORT, 'sign_off is append-only'); END",
        "CREATE TRIGGER exercise_entry_refuses_update BEFORE UPDATE ON exercise_entry BEGIN SELECT RAISE(ABORT, 'exercise_entry is append-only'); END",
        "CREATE TRIGGER exercise_entry_refuses_delete BEFORE DELETE ON exercise_entry BEGIN SELECT RAISE(ABORT, 'exercise_entry is append-only'); END",
        "CREATE TRIGGER coach_answer_refuses_update BEFORE UPDATE ON coach_answer BEGIN SELECT RAISE(ABORT, 'coach_answer is append-only'); END",
        "CREATE TRIGGER coach_answer_refuses_delete BEFORE DELETE ON coach_answer BEGIN SELECT RAISE(ABORT, 'coach_answer is append-only'); END",
        "CREATE TRIGGER clause_attestation_refuses_update BEFORE UPDATE ON clause_attestation BEGIN SELECT RAISE(ABORT, 'clause_attestation is append-only'); END",
        "CREATE TRIGGER clause_attestation_refuses_delete BEFORE DELETE ON clause_attestation BEGIN SELECT RAISE(ABORT, 'clause_attestation is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION course_version_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'DELETE' AND OLD.status <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER course_version_refuses BEFORE DELETE ON course_version FOR EACH ROW EXECUTE FUNCTION course_version_refuses()",
        "CREATE FUNCTION course_version_answers_for_itself() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND NEW.status = 'published' AND EXISTS (SELECT 1 FROM course WHERE id = NEW.course_id AND (business_reason = '' OR owner = '' OR review_on IS NULL))) THEN RAISE EXCEPTION 'a course is published with its business reason, owner and review date' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER course_version_answers_for_itself BEFORE UPDATE ON course_version FOR EACH ROW EXECUTE FUNCTION course_version_answers_for_itself()",
        "CREATE FUNCTION course_version_stays() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.status <> 'draft' AND (NEW.status = 'draft' OR NEW.note <> OLD.note OR NEW.number <> OLD.number OR NEW.change IS DISTINCT FROM OLD.change OR NEW.redo_who IS DISTINCT FROM OLD.redo_who OR NEW.redo_by IS DISTINCT FROM OLD.redo_by OR NEW.published_at IS DISTINCT FROM OLD.published_at OR NEW.published_by IS DISTINCT FROM OLD.published_by)) THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER course_version_stays BEFORE UPDATE ON course_version FOR EACH ROW EXECUTE FUNCTION course_version_stays()",
        "CREATE FUNCTION course_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER course_text_refuses BEFORE INSERT OR UPDATE OR DELETE ON course_text FOR EACH ROW EXECUTE FUNCTION course_text_refuses()",
        "CREATE FUNCTION module_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER module_refuses BEFORE INSERT OR UPDATE OR DELETE ON module FOR EACH ROW EXECUTE FUNCTION module_refuses()",
        "CREATE FUNCTION module_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER module_text_refuses BEFORE INSERT OR UPDATE OR DELETE ON module_text FOR EACH ROW EXECUTE FUNCTION module_text_refuses()",
        "CREATE FUNCTION lesson_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson FOR EACH ROW EXECUTE FUNCTION lesson_refuses()",
        "CREATE FUNCTION lesson_clause_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_clause_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_clause FOR EACH ROW EXECUTE FUNCTION lesson_clause_refuses()",
        "CREATE FUNCTION lesson_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_text_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_text FOR EACH ROW EXECUTE FUNCTION lesson_text_refuses()",
        "CREATE FUNCTION lesson_completion_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'lesson_completion is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_completion_refuses BEFORE UPDATE OR DELETE ON lesson_completion FOR EACH ROW EXECUTE FUNCTION lesson_completion_refuses()",
        "CREATE FUNCTION lesson_topic_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_topic_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_topic FOR EACH ROW EXECUTE FUNCTION lesson_topic_refuses()",
        "CREATE FUNCTION lesson_file_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_file_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_file FOR EACH ROW EXECUTE FUNCTION lesson_file_refuses()",
        "CREATE FUNCTION lesson_item_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_item_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_item FOR EACH ROW EXECUTE FUNCTION lesson_item_refuses()",
        "CREATE FUNCTION redo_lesson_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER redo_lesson_refuses BEFORE INSERT OR UPDATE OR DELETE ON redo_lesson FOR EACH ROW EXECUTE FUNCTION redo_lesson_refuses()",
        "CREATE FUNCTION changed_clause_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER changed_clause_refuses BEFORE INSERT OR UPDATE OR DELETE ON changed_clause FOR EACH ROW EXECUTE FUNCTION changed_clause_refuses()",
        "CREATE FUNCTION lesson_redo_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'lesson_redo is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_redo_refuses BEFORE UPDATE OR DELETE ON lesson_redo FOR EACH ROW EXECUTE FUNCTION lesson_redo_refuses()",
        "CREATE FUNCTION sign_off_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'sign_off is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER sign_off_refuses BEFORE UPDATE OR DELETE ON sign_off FOR EACH ROW EXECUTE FUNCTION sign_off_refuses()",
        "CREATE FUNCTION exercise_entry_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'exercise_entry is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER exercise_entry_refuses BEFORE UPDATE OR DELETE ON exercise_entry FOR EACH ROW EXECUTE FUNCTION exercise_entry_refuses()",
        "CREATE FUNCTION coach_answer_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'coach_answer is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER coach_answer_refuses BEFORE UPDATE OR DELETE ON coach_answer FOR EACH ROW EXECUTE FUNCTION coach_answer_refuses()",
        "CREATE FUNCTION clause_attestation_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'clause_attestation is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER clause_attestation_refuses BEFORE UPDATE OR DELETE ON clause_attestation FOR EACH ROW EXECUTE FUNCTION clause_attestation_refuses()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "learning_path",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "tier IS NULL OR tier IN ('executive', 'manager', 'staff')", name=op.f("ck_learning_path_tier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_path")),
        sa.UniqueConstraint("slug", name=op.f("uq_learning_path_slug")),
    )
    op.create_table(
        "topic",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("regulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_topic")),
    )
    op.create_table(
        "media_rendition",
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_rendition_media_id_media")),
        sa.PrimaryKeyConstraint("media_id", "width", name=op.f("pk_media_rendition")),
    )
    op.create_table(
        "path_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_path_step_course_id_course")),
        sa.ForeignKeyConstraint(["path_id"], ["learning_path.id"], name=op.f("fk_path_step_path_id_learning_path")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_step")),
        sa.UniqueConstraint("path_id", "course_id", name=op.f("uq_path_step_path_id_course_id")),
    )
    op.create_index(op.f("ix_path_step_course_id"), "path_step", ["course_id"], unique=False)

    op.create_table(
        "path_text",
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["path_id"], ["learning_path.id"], name=op.f("fk_path_text_path_id_learning_path")),
        sa.PrimaryKeyConstraint("path_id", "language", name=op.f("pk_path_text")),
    )
    op.create_table(
        "topic_clause",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["topic.key"], name=op.f("fk_topic_clause_key_topic")),
        sa.PrimaryKeyConstraint("key", "code", name=op.f("pk_topic_clause")),
    )
    op.create_table(
        "topic_text",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["topic.key"], name=op.f("fk_topic_text_key_topic")),
        sa.PrimaryKeyConstraint("key", "language", name=op.f("pk_topic_text")),
    )
    op.create_table(
        "live_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("place <> '' OR link <> ''", name=op.f("ck_live_session_somewhere")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_live_session_ends_after_start")),
        sa.CheckConstraint("seats > 0", name=op.f("ck_live_session_seats")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_live_session_course_id_course")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_live_session_host_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_session")),
        sa.UniqueConstraint("uid", name=op.f("uq_live_session_uid")),
    )
    op.create_index(
        "ix_live_session_lesson",
        "live_session",
        ["course_id", "lesson", "starts_at"],
        unique=False,
    )

    op.create_table(
        "media_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('picture', 'film', 'sound', 'document', 'captions')", name=op.f("ck_media_item_kind")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_media_item_created_by_person")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_item_media_id_media")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_item")),
        sa.UniqueConstraint("uid", name=op.f("uq_media_item_uid")),
    )
    op.create_index(op.f("ix_media_item_media_id"), "media_item", ["media_id"], unique=False)

    op.create_table(
        "media_upload",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("received >= 0 AND received <= size", name=op.f("ck_media_upload_received")),
        sa.CheckConstraint("size > 0", name=op.f("ck_media_upload_size")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_media_upload_person_id_person")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_media_upload")),
    )
    op.create_index(op.f("ix_media_upload_person_id"), "media_upload", ["person_id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_presence_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id_person")),
        sa.PrimaryKeyConstraint("course_id", "lesson", "language", "variant", "person_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "reviewer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(topic IS NULL) <> (course_id IS NULL)", name=op.f("ck_reviewer_topic_or_course")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_reviewer_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reviewer_person_id_person")),
        sa.ForeignKeyConstraint(["topic"], ["topic.key"], name=op.f("fk_reviewer_topic_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer")),
    )
    op.create_index(
        op.f("uq_reviewer_course"),
        "reviewer",
        ["person_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("course_id IS NOT NULL"),
        postgresql_where=sa.text("course_id IS NOT NULL"),
    )
    op.create_index(
        op.f("uq_reviewer_topic"),
        "reviewer",
        ["person_id", "topic"],
        unique=True,
        sqlite_where=sa.text("topic IS NOT NULL"),
        postgresql_where=sa.text("topic IS NOT NULL"),
    )

    op.create_table(
        "changed_clause",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_changed_clause_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_changed_clause")),
    )
    op.create_table(
        "clause_attestation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_clause_attestation_clause_id_clause")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_clause_attestation_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_attestation")),
        sa.UniqueConstraint("person_id", "clause_id", name=op.f("uq_clause_attestation_person_id_clause_id")),
    )
    op.create_index(op.f("ix_clause_attestation_clause_id"), "clause_attestation", ["clause_id"], unique=False)

    op.create_table(
        "draft_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_draft_step_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_step")),
    )
    op.create_index(op.f("ix_draft_step_version_id"), "draft_step", ["version_id"], unique=False)

    op.create_table(
        "media_alt",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["media_item.id"], name=op.f("fk_media_alt_item_id_media_item")),
        sa.PrimaryKeyConstraint("item_id", "language", name=op.f("pk_media_alt")),
    )
    op.create_table(
        "media_replacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["media_item.id"], name=op.f("fk_media_replacement_item_id_media_item")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_replacement_media_id_media")),
        sa.ForeignKeyConstraint(["replaced_by"], ["person.id"], name=op.f("fk_media_replacement_replaced_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_replacement")),
    )
    op.create_index(op.f("ix_media_replacement_item_id"), "media_replacement", ["item_id"], unique=False)

    op.create_table(
        "redo_lesson",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_redo_lesson_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "lesson", name=op.f("pk_redo_lesson")),
    )
    op.create_table(
        "review_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("ck_review_comment_resolved")),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["review_comment.id"], name=op.f("fk_review_comment_answers_id_review_comment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_comment_person_id_person")),
        sa.ForeignKeyConstraint(["resolved_by"], ["person.id"], name=op.f("fk_review_comment_resolved_by_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_review_comment_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
    )
    op.create_index(op.f("ix_review_comment_answers_id"), "review_comment", ["answers_id"], unique=False)
    op.create_index(op.f("ix_review_comment_version_id"), "review_comment", ["version_id"], unique=False)

    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('booked', 'waiting', 'cancelled')", name=op.f("ck_seat_state")),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name=op.f("fk_seat_marked_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["live_session.id"], name=op.f("fk_seat_session_id_live_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_seat_session_id_person_id")),
    )
    op.create_index(op.f("ix_seat_person_id"), "seat", ["person_id"], unique=False)

    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_off_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_sign_off_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint(
            "version_id", "topic", "person_id", "digest", name=op.f("uq_sign_off_version_id_topic_person_id_digest")
        ),
    )
    op.create_table(
        "version_author",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_version_author_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_version_author_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "person_id", name=op.f("pk_version_author")),
    )
    op.create_table(
        "exercise_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_exercise_entry_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_exercise_entry_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_entry")),
    )
    op.create_index(
        op.f("ix_exercise_entry_enrollment_id_exercise_entry_lesson"),
        "exercise_entry",
        ["enrollment_id", "lesson"],
        unique=False,
    )

    op.create_table(
        "lesson_redo",
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_lesson_redo_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_lesson_redo_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "lesson", "version_id", name=op.f("pk_lesson_redo")),
    )
    op.create_table(
        "coach_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["person.id"], name=op.f("fk_coach_answer_coach_id_person")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["exercise_entry.id"], name=op.f("fk_coach_answer_entry_id_exercise_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coach_answer")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_coach_answer_entry_id")),
    )
    op.create_table(
        "lesson_file",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('video', 'audio', 'document', 'captions', 'poster', 'player')", name=op.f("ck_lesson_file_role")
        ),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_lesson_file_seconds")),
        sa.ForeignKeyConstraint(
            ["lesson_id", "version_id"],
            ["lesson.id", "lesson.version_id"],
            name=op.f("fk_lesson_file_lesson_id_version_id_lesson"),
        ),
        sa.PrimaryKeyConstraint("lesson_id", "language", "role", name=op.f("pk_lesson_file")),
    )
    op.create_table(
        "lesson_item",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id", "version_id"],
            ["lesson.id", "lesson.version_id"],
            name=op.f("fk_lesson_item_lesson_id_version_id_lesson"),
        ),
        sa.PrimaryKeyConstraint("lesson_id", "language", "position", name=op.f("pk_lesson_item")),
    )
    op.create_table(
        "lesson_topic",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id", "version_id"],
            ["lesson.id", "lesson.version_id"],
            name=op.f("fk_lesson_topic_lesson_id_version_id_lesson"),
        ),
        sa.PrimaryKeyConstraint("lesson_id", "topic", name=op.f("pk_lesson_topic")),
    )
    _take_guards_away()
    with _changing("course") as table:
        table.alter_column("review_on", existing_type=sa.Date(), nullable=True)
    with _changing("course_version") as table:
        table.add_column(sa.Column("in_review_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("in_review_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("change", sa.String(), nullable=True))
        table.add_column(sa.Column("redo_who", sa.String(), nullable=True))
        table.add_column(sa.Column("redo_by", sa.Date(), nullable=True))
        table.create_foreign_key(op.f("fk_course_version_in_review_by_person"), "person", ["in_review_by"], ["id"])
    op.execute(
        "UPDATE course_version SET change = CASE number WHEN 1 THEN 'first' ELSE 'minor' END WHERE status <> 'draft'"
    )
    with _changing("course_version") as table:
        table.create_check_constraint(op.f("ck_course_version_change"), "change IN ('first', 'minor', 'material')")
        table.create_check_constraint(
            op.f("ck_course_version_redo_who"), "redo_who IS NULL OR redo_who IN ('learners', 'everyone')"
        )
        table.create_check_constraint(op.f("ck_course_version_change_said"), "(change IS NULL) = (status = 'draft')")
        table.create_check_constraint(
            op.f("ck_course_version_redo_is_material"), "redo_who IS NULL OR change = 'material'"
        )
    with _changing("enrollment") as table:
        table.add_column(sa.Column("version_id", sa.Integer(), nullable=True))
        table.create_index(op.f("ix_enrollment_version_id"), ["version_id"], unique=False)
        table.create_foreign_key(
            op.f("fk_enrollment_version_id_course_version"), "course_version", ["version_id"], ["id"]
        )
    op.execute(
        "UPDATE enrollment SET version_id = (SELECT id FROM course_version v WHERE v.course_id = enrollment.course_id "
        "AND v.status = 'published') WHERE started_at IS NOT NULL"
    )
    with _changing("lesson") as table:
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="reading"))
        table.add_column(sa.Column("exercise", sa.String(), nullable=True))
        table.add_column(sa.Column("entries_wanted", sa.Integer(), nullable=False, server_default="0"))
    with _changing("lesson") as table:
        table.alter_column("kind", existing_type=sa.String(), server_default=None)
        table.alter_column("entries_wanted", existing_type=sa.Integer(), server_default=None)
        table.create_check_constraint(
            op.f("ck_lesson_kind"), "kind IN ('reading', 'video', 'document', 'clause', 'exercise', 'live')"
        )
        table.create_check_constraint(
            op.f("ck_lesson_exercise"), "exercise IS NULL OR exercise IN ('checklist', 'reflection', 'log')"
        )
        table.create_check_constraint(op.f("ck_lesson_exercise_said"), "(kind = 'exercise') = (exercise IS NOT NULL)")
        table.create_check_constraint(op.f("ck_lesson_entries_wanted"), "entries_wanted >= 0")
    with _changing("lesson_completion") as table:
        table.drop_constraint(op.f("uq_lesson_completion_enrollment_id_lesson"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_lesson_completion_enrollment_id_lesson_version_id"), ["enrollment_id", "lesson", "version_id"]
        )
    with _changing("lesson_text") as table:
        table.add_column(sa.Column("variant", sa.String(), nullable=False, server_default=""))
        table.drop_constraint(op.f("pk_lesson_text"), type_="primary")
        table.create_primary_key(op.f("pk_lesson_text"), ["lesson_id", "language", "variant"])
    with _changing("lesson_text") as table:
        table.alter_column("variant", existing_type=sa.String(), server_default=None)
        table.create_check_constraint(
            op.f("ck_lesson_text_variant"), "variant = '' OR variant LIKE 'tier:%' OR variant LIKE 'country:%'"
        )
    with op.batch_alter_table("media") as table:
        table.add_column(sa.Column("width", sa.Integer(), nullable=True))
        table.add_column(sa.Column("height", sa.Integer(), nullable=True))
        table.add_column(sa.Column("seconds", sa.Integer(), nullable=True))
    with op.batch_alter_table("person_role") as table:
        if op.get_bind().dialect.name == "postgresql":
            table.drop_constraint(op.f("ck_person_role_role"), type_="check")
        table.create_check_constraint(
            op.f("ck_person_role_role"), "role IN ('author', 'administrator', 'hub', 'legal', 'auditor', 'coach')"
        )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _take_guards_away() -> None:
    for table, deeds in GUARDED.items():
        if op.get_bind().dialect.name == "sqlite":
            for deed in deeds:
                op.execute(f"DROP TRIGGER {table}_refuses_{deed}")
        else:
            op.execute(f"DROP TRIGGER {table}_refuses ON {table}")
            op.execute(f"DROP FUNCTION {table}_refuses()")


@contextmanager
def _changing(name: str) -> Iterator[Any]:
    """A table that is changed: on SQLite a copy, to which the conditions that it had are given again."""
    with op.batch_alter_table(name) as table:
        if op.get_bind().dialect.name == "sqlite":
            for check, condition in CHECKS.get(name, {}).items():
                table.create_check_constraint(op.f(f"ck_{name}_{check}"), condition)
        yield table
