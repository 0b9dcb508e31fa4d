"""The first schema.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# what the database itself refuses, written out so that it stays as it was
GUARDS = {
    "sqlite": [
        "CREATE TRIGGER audit_entry_refuses_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER audit_entry_refuses_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER guideline_version_refuses_update BEFORE UPDATE ON guideline_version BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER guideline_version_refuses_delete BEFORE DELETE ON guideline_version BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER attestation_refuses_update BEFORE UPDATE ON attestation BEGIN SELECT RAISE(ABORT, 'attestation is append-only'); END",
        "CREATE TRIGGER attestation_refuses_delete BEFORE DELETE ON attestation BEGIN SELECT RAISE(ABORT, 'attestation is append-only'); END",
        "CREATE TRIGGER certificate_refuses_update BEFORE UPDATE ON certificate BEGIN SELECT RAISE(ABORT, 'certificate is append-only'); END",
        "CREATE TRIGGER certificate_refuses_delete BEFORE DELETE ON certificate BEGIN SELECT RAISE(ABORT, 'certificate is append-only'); END",
        "CREATE TRIGGER clause_refuses_update BEFORE UPDATE ON clause BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_refuses_delete BEFORE DELETE ON clause BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER course_version_refuses_delete BEFORE DELETE ON course_version WHEN OLD.status <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER guideline_text_refuses_update BEFORE UPDATE ON guideline_text BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER guideline_text_refuses_delete BEFORE DELETE ON guideline_text BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER quiz_version_refuses_update BEFORE UPDATE ON quiz_version BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER quiz_version_refuses_delete BEFORE DELETE ON quiz_version BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER attempt_refuses_update BEFORE UPDATE ON attempt WHEN OLD.state = 'marked' BEGIN SELECT RAISE(ABORT, 'a marked attempt never changes'); END",
        "CREATE TRIGGER attempt_refuses_delete BEFORE DELETE ON attempt WHEN OLD.state = 'marked' BEGIN SELECT RAISE(ABORT, 'a marked attempt never changes'); END",
        "CREATE TRIGGER clause_text_refuses_update BEFORE UPDATE ON clause_text BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_text_refuses_delete BEFORE DELETE ON clause_text BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER course_text_refuses_insert BEFORE INSERT ON course_text WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER course_text_refuses_update BEFORE UPDATE ON course_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER course_text_refuses_delete BEFORE DELETE ON course_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_completion_refuses_update BEFORE UPDATE ON lesson_completion BEGIN SELECT RAISE(ABORT, 'lesson_completion is append-only'); END",
        "CREATE TRIGGER lesson_completion_refuses_delete BEFORE DELETE ON lesson_completion BEGIN SELECT RAISE(ABORT, 'lesson_completion is append-only'); END",
        "CREATE TRIGGER module_refuses_insert BEFORE INSERT ON module WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_refuses_update BEFORE UPDATE ON module WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_refuses_delete BEFORE DELETE ON module WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER question_version_refuses_update BEFORE UPDATE ON question_version BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_version_refuses_delete BEFORE DELETE ON question_version BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER quiz_text_refuses_update BEFORE UPDATE ON quiz_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER quiz_text_refuses_delete BEFORE DELETE ON quiz_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER authorization_scope_refuses_update BEFORE UPDATE ON authorization_scope BEGIN SELECT RAISE(ABORT, 'authorization_scope is append-only'); END",
        "CREATE TRIGGER authorization_scope_refuses_delete BEFORE DELETE ON authorization_scope BEGIN SELECT RAISE(ABORT, 'authorization_scope is append-only'); END",
        "CREATE TRIGGER authorization_status_refuses_update BEFORE UPDATE ON authorization_status BEGIN SELECT RAISE(ABORT, 'authorization_status is append-only'); END",
        "CREATE TRIGGER authorization_status_refuses_delete BEFORE DELETE ON authorization_status BEGIN SELECT RAISE(ABORT, 'authorization_status is append-only'); END",
        "CREATE TRIGGER choice_refuses_update BEFORE UPDATE ON choice BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER choice_refuses_delete BEFORE DELETE ON choice BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER lesson_refuses_insert BEFORE INSERT ON lesson WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_refuses_update BEFORE UPDATE ON lesson WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_refuses_delete BEFORE DELETE ON lesson WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_text_refuses_insert BEFORE INSERT ON module_text WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_text_refuses_update BEFORE UPDATE ON module_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER module_text_refuses_delete BEFORE DELETE ON module_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER paper_item_refuses_update BEFORE UPDATE ON paper_item BEGIN SELECT RAISE(ABORT, 'paper_item is append-only'); END",
        "CREATE TRIGGER paper_item_refuses_delete BEFORE DELETE ON paper_item BEGIN SELECT RAISE(ABORT, 'paper_item is append-only'); END",
        "CREATE TRIGGER question_clause_refuses_update BEFORE UPDATE ON question_clause BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_clause_refuses_delete BEFORE DELETE ON question_clause BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_text_refuses_update BEFORE UPDATE ON question_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_text_refuses_delete BEFORE DELETE ON question_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER choice_text_refuses_update BEFORE UPDATE ON choice_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER choice_text_refuses_delete BEFORE DELETE ON choice_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER lesson_clause_refuses_insert BEFORE INSERT ON lesson_clause WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_clause_refuses_update BEFORE UPDATE ON lesson_clause WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_clause_refuses_delete BEFORE DELETE ON lesson_clause WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_text_refuses_insert BEFORE INSERT ON lesson_text WHEN (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_text_refuses_update BEFORE UPDATE ON lesson_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER lesson_text_refuses_delete BEFORE DELETE ON lesson_text WHEN (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER mark_refuses_update BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'mark is append-only'); END",
        "CREATE TRIGGER mark_refuses_delete BEFORE DELETE ON mark BEGIN SELECT RAISE(ABORT, 'mark is append-only'); END",
        "CREATE TRIGGER response_refuses_update BEFORE UPDATE ON response BEGIN SELECT RAISE(ABORT, 'response is append-only'); END",
        "CREATE TRIGGER response_refuses_delete BEFORE DELETE ON response BEGIN SELECT RAISE(ABORT, 'response is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_entry_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER audit_entry_refuses BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuses()",
        "CREATE FUNCTION guideline_version_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER guideline_version_refuses BEFORE UPDATE OR DELETE ON guideline_version FOR EACH ROW EXECUTE FUNCTION guideline_version_refuses()",
        "CREATE FUNCTION attestation_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'attestation is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER attestation_refuses BEFORE UPDATE OR DELETE ON attestation FOR EACH ROW EXECUTE FUNCTION attestation_refuses()",
        "CREATE FUNCTION certificate_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'certificate is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER certificate_refuses BEFORE UPDATE OR DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION certificate_refuses()",
        "CREATE FUNCTION clause_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER clause_refuses BEFORE UPDATE OR DELETE ON clause FOR EACH ROW EXECUTE FUNCTION clause_refuses()",
        "CREATE FUNCTION course_version_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'DELETE' AND OLD.status <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER course_version_refuses BEFORE DELETE ON course_version FOR EACH ROW EXECUTE FUNCTION course_version_refuses()",
        "CREATE FUNCTION guideline_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER guideline_text_refuses BEFORE UPDATE OR DELETE ON guideline_text FOR EACH ROW EXECUTE FUNCTION guideline_text_refuses()",
        "CREATE FUNCTION quiz_version_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER quiz_version_refuses BEFORE UPDATE OR DELETE ON quiz_version FOR EACH ROW EXECUTE FUNCTION quiz_version_refuses()",
        "CREATE FUNCTION attempt_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.state = 'marked') OR (TG_OP = 'DELETE' AND OLD.state = 'marked') THEN RAISE EXCEPTION 'a marked attempt never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER attempt_refuses BEFORE UPDATE OR DELETE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_refuses()",
        "CREATE FUNCTION clause_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER clause_text_refuses BEFORE UPDATE OR DELETE ON clause_text FOR EACH ROW EXECUTE FUNCTION clause_text_refuses()",
        "CREATE FUNCTION course_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER course_text_refuses BEFORE INSERT OR UPDATE OR DELETE ON course_text FOR EACH ROW EXECUTE FUNCTION course_text_refuses()",
        "CREATE FUNCTION lesson_completion_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'lesson_completion is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_completion_refuses BEFORE UPDATE OR DELETE ON lesson_completion FOR EACH ROW EXECUTE FUNCTION lesson_completion_refuses()",
        "CREATE FUNCTION module_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER module_refuses BEFORE INSERT OR UPDATE OR DELETE ON module FOR EACH ROW EXECUTE FUNCTION module_refuses()",
        "CREATE FUNCTION question_version_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_version_refuses BEFORE UPDATE OR DELETE ON question_version FOR EACH ROW EXECUTE FUNCTION question_version_refuses()",
        "CREATE FUNCTION quiz_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER quiz_text_refuses BEFORE UPDATE OR DELETE ON quiz_text FOR EACH ROW EXECUTE FUNCTION quiz_text_refuses()",
        "CREATE FUNCTION authorization_scope_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'authorization_scope is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER authorization_scope_refuses BEFORE UPDATE OR DELETE ON authorization_scope FOR EACH ROW EXECUTE FUNCTION authorization_scope_refuses()",
        "CREATE FUNCTION authorization_status_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'authorization_status is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER authorization_status_refuses BEFORE UPDATE OR DELETE ON authorization_status FOR EACH ROW EXECUTE FUNCTION authorization_status_refuses()",
        "CREATE FUNCTION choice_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER choice_refuses BEFORE UPDATE OR DELETE ON choice FOR EACH ROW EXECUTE FUNCTION choice_refuses()",
        "CREATE FUNCTION lesson_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson FOR EACH ROW EXECUTE FUNCTION lesson_refuses()",
        "CREATE FUNCTION module_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER module_text_refuses BEFORE INSERT OR UPDATE OR DELETE ON module_text FOR EACH ROW EXECUTE FUNCTION module_text_refuses()",
        "CREATE FUNCTION paper_item_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'paper_item is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER paper_item_refuses BEFORE UPDATE OR DELETE ON paper_item FOR EACH ROW EXECUTE FUNCTION paper_item_refuses()",
        "CREATE FUNCTION question_clause_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_clause_refuses BEFORE UPDATE OR DELETE ON question_clause FOR EACH ROW EXECUTE FUNCTION question_clause_refuses()",
        "CREATE FUNCTION question_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_text_refuses BEFORE UPDATE OR DELETE ON question_text FOR EACH ROW EXECUTE FUNCTION question_text_refuses()",
        "CREATE FUNCTION choice_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER choice_text_refuses BEFORE UPDATE OR DELETE ON choice_text FOR EACH ROW EXECUTE FUNCTION choice_text_refuses()",
        "CREATE FUNCTION lesson_clause_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_clause_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_clause FOR EACH ROW EXECUTE FUNCTION lesson_clause_refuses()",
        "CREATE FUNCTION lesson_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'INSERT' AND (SELECT status FROM course_version WHERE id = NEW.version_id) <> 'draft') OR (TG_OP = 'UPDATE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') OR (TG_OP = 'DELETE' AND (SELECT status FROM course_version WHERE id = OLD.version_id) <> 'draft') THEN RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER lesson_text_refuses BEFORE INSERT OR UPDATE OR DELETE ON lesson_text FOR EACH ROW EXECUTE FUNCTION lesson_text_refuses()",
        "CREATE FUNCTION mark_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'mark is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER mark_refuses BEFORE UPDATE OR DELETE ON mark FOR EACH ROW EXECUTE FUNCTION mark_refuses()",
        "CREATE FUNCTION response_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'response is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER response_refuses BEFORE UPDATE OR DELETE ON response FOR EACH ROW EXECUTE FUNCTION response_refuses()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"], unique=False)

    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("business_reason", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiz_slug", sa.String(), nullable=True),
        sa.Column("quiz_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("tier IN ('executive', 'manager', 'staff')", name=op.f("ck_course_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_table(
        "guideline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline")),
        sa.UniqueConstraint("slug", name=op.f("uq_guideline_slug")),
    )
    op.create_table(
        "level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("needs_attestation", sa.Boolean(), nullable=False),
        sa.Column("granted_by_rule", sa.Boolean(), nullable=False),
        sa.Column("may_reply", sa.Boolean(), nullable=False),
        sa.Column("may_commit", sa.Boolean(), nullable=False),
        sa.Column("may_in_crisis", sa.Boolean(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.CheckConstraint("valid_months > 0", name=op.f("ck_level_valid_months")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level")),
        sa.UniqueConstraint("code", name=op.f("uq_level_code")),
        sa.UniqueConstraint("rank", name=op.f("uq_level_rank")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("sha256", "name", name=op.f("uq_media_sha256_name")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'dead')", name=op.f("ck_outbox_message_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    op.create_index(op.f("ix_outbox_message_state"), "outbox_message", ["state"], unique=False)

    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("path", name=op.f("uq_unit_path")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)

    op.create_table(
        "guideline_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guideline_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_id"], ["guideline.id"], name=op.f("fk_guideline_version_guideline_id_guideline")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_version")),
        sa.UniqueConstraint("guideline_id", "number", name=op.f("uq_guideline_version_guideline_id_number")),
    )
    op.create_table(
        "level_course",
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_level_course_course_id_course")),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_level_course_level_id_level")),
        sa.PrimaryKeyConstraint("level_id", "course_id", name=op.f("pk_level_course")),
    )
    op.create_table(
        "level_scope",
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("dimension IN ('channel', 'topic', 'language')", name=op.f("ck_level_scope_dimension")),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_level_scope_level_id_level")),
        sa.PrimaryKeyConstraint("level_id", "dimension", "value", name=op.f("pk_level_scope")),
    )
    op.create_table(
        "level_text",
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("allows", sa.String(), nullable=False),
        sa.Column("criteria", sa.String(), nullable=False),
        sa.Column("may", sa.JSON(), nullable=False),
        sa.Column("never", sa.JSON(), nullable=False),
        sa.Column("disclosure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_level_text_level_id_level")),
        sa.PrimaryKeyConstraint("level_id", "language", name=op.f("pk_level_text")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("employee_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("hire_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'leave', 'left')", name=op.f("ck_person_status")),
        sa.CheckConstraint("tier IN ('executive', 'manager', 'staff')", name=op.f("ck_person_tier")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.CheckConstraint("manager_id <> id", name=op.f("ck_person_not_own_manager")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_person_manager_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("employee_id", name=op.f("uq_person_employee_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_person_uid")),
    )
    op.create_index(op.f("ix_person_manager_id_person_status"), "person", ["manager_id", "status"], unique=False)
    op.create_index(op.f("ix_person_unit_id"), "person", ["unit_id"], unique=False)

    op.create_table(
        "prerequisite",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("required_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("course_id <> required_id", name=op.f("ck_prerequisite_not_itself")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_prerequisite_course_id_course")),
        sa.ForeignKeyConstraint(["required_id"], ["course.id"], name=op.f("fk_prerequisite_required_id_course")),
        sa.PrimaryKeyConstraint("course_id", "required_id", name=op.f("pk_prerequisite")),
    )
    op.create_table(
        "quiz",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_quiz_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz")),
        sa.UniqueConstraint("course_id", name=op.f("uq_quiz_course_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_quiz_slug")),
    )
    op.create_table(
        "attestation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attestation_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_version.id"], name=op.f("fk_attestation_version_id_guideline_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("person_id", "version_id", name=op.f("uq_attestation_person_id_version_id")),
    )
    op.create_index(op.f("ix_attestation_version_id"), "attestation", ["version_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("holder_name", sa.String(), nullable=False),
        sa.Column("guideline_version_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_certificate_valid_until")),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_version.id"],
            name=op.f("fk_certificate_guideline_version_id_guideline_version"),
        ),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_certificate_level_id_level")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("person_id", "level_id", "cycle", name=op.f("uq_certificate_person_id_level_id_cycle")),
        sa.UniqueConstraint("uid", name=op.f("uq_certificate_uid")),
    )
    op.create_index(op.f("ix_certificate_level_id"), "certificate", ["level_id"], unique=False)
    op.create_index(op.f("ix_certificate_valid_until"), "certificate", ["valid_until"], unique=False)

    op.create_table(
        "clause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("red_line", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('freedom', 'duty')", name=op.f("ck_clause_kind")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_version.id"], name=op.f("fk_clause_version_id_guideline_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_clause_version_id_code")),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name=op.f("ck_course_version_published_at")),
        sa.CheckConstraint("status IN ('draft', 'published', 'superseded')", name=op.f("ck_course_version_status")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id_course")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_course_version_created_by_person")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_course_version_published_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_index(
        op.f("uq_course_version_one_draft"),
        "course_version",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_index(
        op.f("uq_course_version_one_live"),
        "course_version",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("status = 'published'"),
        postgresql_where=sa.text("status = 'published'"),
    )

    op.create_table(
        "enrollment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_lesson", sa.String(), nullable=True),
        sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "completed_at IS NULL OR started_at IS NOT NULL", name=op.f("ck_enrollment_started_before_completed")
        ),
        sa.ForeignKeyConstraint(["assigned_by"], ["person.id"], name=op.f("fk_enrollment_assigned_by_person")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrollment_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrollment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("person_id", "course_id", "cycle", name=op.f("uq_enrollment_person_id_course_id_cycle")),
        sa.UniqueConstraint("uid", name=op.f("uq_enrollment_uid")),
    )
    op.create_index(
        op.f("ix_enrollment_course_id_enrollment_completed_at"),
        "enrollment",
        ["course_id", "completed_at"],
        unique=False,
    )

    op.create_table(
        "guideline_text",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("intro_html", sa.String(), nullable=False),
        sa.Column("whole", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_version.id"], name=op.f("fk_guideline_text_version_id_guideline_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_guideline_text")),
    )
    op.create_table(
        "handle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_handle_name_lower")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handle_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handle")),
        sa.UniqueConstraint("channel", "name", name=op.f("uq_handle_channel_name")),
    )
    op.create_index(op.f("ix_handle_person_id"), "handle", ["person_id"], unique=False)

    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('author', 'administrator', 'hub', 'legal', 'auditor')", name=op.f("ck_person_role_role")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("current_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_question_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("quiz_id", "key", name=op.f("uq_question_quiz_id_key")),
    )
    op.create_table(
        "quiz_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("questions_drawn", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_quiz_version_minutes")),
        sa.CheckConstraint("pass_mark BETWEEN 1 AND 100", name=op.f("ck_quiz_version_pass_mark")),
        sa.CheckConstraint("questions_drawn > 0", name=op.f("ck_quiz_version_questions_drawn")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_version_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_version")),
        sa.UniqueConstraint("quiz_id", "number", name=op.f("uq_quiz_version_quiz_id_number")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("quiz_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("percent_hundredths", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(state = 'marked') = (passed IS NOT NULL)", name=op.f("ck_attempt_passed")),
        sa.CheckConstraint("(state = 'marked') = (submitted_at IS NOT NULL)", name=op.f("ck_attempt_submitted_at")),
        sa.CheckConstraint("state IN ('in_progress', 'marked')", name=op.f("ck_attempt_state")),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollment.id"], name=op.f("fk_attempt_enrollment_id_enrollment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id_person")),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_version.id"], name=op.f("fk_attempt_quiz_version_id_quiz_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("enrollment_id", "number", name=op.f("uq_attempt_enrollment_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_attempt_uid")),
    )
    op.create_index(op.f("ix_attempt_deadline"), "attempt", ["state", "deadline_at"], unique=False)
    op.create_index(op.f("ix_attempt_person_id"), "attempt", ["person_id"], unique=False)
    op.create_index(
        op.f("uq_attempt_one_open"),
        "attempt",
        ["enrollment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'in_progress'"),
        postgresql_where=sa.text("state = 'in_progress'"),
    )

    op.create_table(
        "authorization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("may_reply", sa.Boolean(), nullable=False),
        sa.Column("may_commit", sa.Boolean(), nullable=False),
        sa.Column("may_in_crisis", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "status IN ('requested', 'active', 'suspended', 'revoked', 'ended')", name=op.f("ck_authorization_status")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_authorization_ends_on")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_authorization_certificate_id_certificate")
        ),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_authorization_level_id_level")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_authorization_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_authorization_certificate_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_authorization_uid")),
    )
    op.create_index(
        op.f("ix_authorization_person_id_authorization_status"), "authorization", ["person_id", "status"], unique=False
    )

    op.create_table(
        "clause_text",
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body_html", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_clause_text_clause_id_clause")),
        sa.PrimaryKeyConstraint("clause_id", "language", name=op.f("pk_clause_text")),
    )
    op.create_table(
        "course_text",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_course_text_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_course_text")),
    )
    op.create_table(
        "lesson_completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_lesson_completion_enrollment_id_enrollment")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_lesson_completion_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_completion")),
        sa.UniqueConstraint("enrollment_id", "lesson", name=op.f("uq_lesson_completion_enrollment_id_lesson")),
    )
    op.create_table(
        "module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_module_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("id", "version_id", name=op.f("uq_module_id_version_id")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_module_version_id_key")),
    )
    op.create_table(
        "question_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("red_line", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('single', 'multiple', 'truefalse', 'sort', 'scenario')", name=op.f("ck_question_version_kind")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_version_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_version_question_id_number")),
    )
    op.create_table(
        "quiz_text",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("intro", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["quiz_version.id"], name=op.f("fk_quiz_text_version_id_quiz_version")),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_quiz_text")),
    )
    op.create_table(
        "authorization_scope",
        sa.Column("authorization_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint(
            "dimension IN ('channel', 'topic', 'language')", name=op.f("ck_authorization_scope_dimension")
        ),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["authorization.id"],
            name=op.f("fk_authorization_scope_authorization_id_authorization"),
        ),
        sa.PrimaryKeyConstraint("authorization_id", "dimension", "value", name=op.f("pk_authorization_scope")),
    )
    op.create_table(
        "authorization_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status IN ('requested', 'active', 'suspended', 'revoked', 'ended')",
            name=op.f("ck_authorization_status_status"),
        ),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["authorization.id"],
            name=op.f("fk_authorization_status_authorization_id_authorization"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_authorization_status_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization_status")),
    )
    op.create_index(
        op.f("ix_authorization_status_authorization_id"), "authorization_status", ["authorization_id"], unique=False
    )

    op.create_table(
        "choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(), nullable=True),
        sa.Column("crosses", sa.Boolean(), nullable=False),
        sa.CheckConstraint("bucket IS NULL OR bucket IN ('green', 'amber', 'red')", name=op.f("ck_choice_bucket")),
        sa.CheckConstraint("credit BETWEEN 0 AND 100", name=op.f("ck_choice_credit")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_choice_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_choice_version_id_key")),
    )
    op.create_table(
        "lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_lesson_minutes")),
        sa.ForeignKeyConstraint(
            ["module_id", "version_id"],
            ["module.id", "module.version_id"],
            name=op.f("fk_lesson_module_id_version_id_module"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("id", "version_id", name=op.f("uq_lesson_id_version_id")),
        sa.UniqueConstraint("version_id", "slug", name=op.f("uq_lesson_version_id_slug")),
    )
    op.create_index(op.f("ix_lesson_module_id"), "lesson", ["module_id"], unique=False)

    op.create_table(
        "module_text",
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("objective", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["module_id", "version_id"],
            ["module.id", "module.version_id"],
            name=op.f("fk_module_text_module_id_version_id_module"),
        ),
        sa.PrimaryKeyConstraint("module_id", "language", name=op.f("pk_module_text")),
    )
    op.create_table(
        "paper_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("choice_order", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_paper_item_attempt_id_attempt")),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_paper_item_question_version_id_question_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_item")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_paper_item_attempt_id_position")),
        sa.UniqueConstraint(
            "attempt_id", "question_version_id", name=op.f("uq_paper_item_attempt_id_question_version_id")
        ),
    )
    op.create_index(op.f("ix_paper_item_question_version_id"), "paper_item", ["question_version_id"], unique=False)

    op.create_table(
        "question_clause",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_question_clause_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_question_clause")),
    )
    op.create_table(
        "question_text",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("post_name", sa.String(), nullable=False),
        sa.Column("post_place", sa.String(), nullable=False),
        sa.Column("post_time", sa.String(), nullable=False),
        sa.Column("post_text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_question_text_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_question_text")),
    )
    op.create_table(
        "choice_text",
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["choice_id"], ["choice.id"], name=op.f("fk_choice_text_choice_id_choice")),
        sa.PrimaryKeyConstraint("choice_id", "language", name=op.f("pk_choice_text")),
    )
    op.create_table(
        "lesson_clause",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id", "version_id"],
            ["lesson.id", "lesson.version_id"],
            name=op.f("fk_lesson_clause_lesson_id_version_id_lesson"),
        ),
        sa.PrimaryKeyConstraint("lesson_id", "code", name=op.f("pk_lesson_clause")),
    )
    op.create_table(
        "lesson_text",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lesson_id", "version_id"],
            ["lesson.id", "lesson.version_id"],
            name=op.f("fk_lesson_text_lesson_id_version_id_lesson"),
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name=op.f("fk_lesson_text_saved_by_person")),
        sa.PrimaryKeyConstraint("lesson_id", "language", name=op.f("pk_lesson_text")),
    )
    op.create_table(
        "mark",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("crossed", sa.Boolean(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["paper_item.id"], name=op.f("fk_mark_item_id_paper_item")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_mark")),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_response_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["item_id"], ["paper_item.id"], name=op.f("fk_response_item_id_paper_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("attempt_id", "revision", name=op.f("uq_response_attempt_id_revision")),
    )
    op.create_index(op.f("ix_response_item_id"), "response", ["item_id"], unique=False)
    with op.batch_alter_table("question") as question:
        question.create_foreign_key(
            "fk_question_current_id_question_version", "question_version", ["current_id"], ["id"]
        )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
