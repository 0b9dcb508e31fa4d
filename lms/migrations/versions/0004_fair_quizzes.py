"""Fair quizzes.

Revision 0004, after 0003.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


GUARDED = {
    "attempt": ["update", "delete"],
    "choice": ["update", "delete"],
    "choice_text": ["update", "delete"],
    "mark": ["update", "delete"],
    "question_version": ["update", "delete"],
    "quiz_version": ["update", "delete"],
    "response": ["update", "delete"],
    "quiz_text": ["update", "delete"],
    "question_text": ["update", "delete"],
    "question_clause": ["update", "delete"],
    "paper_item": ["update", "delete"],
}
"""Tables whose guards are taken away while tables change, and made anew afterwards."""
CHECKS = {
    "attempt": {
        "passed": "state = 'voided' OR (state IN ('marked', 'abandoned')) = (passed IS NOT NULL)",
        "state": "state IN ('created', 'in_progress', 'submitted', 'marked', 'abandoned', 'voided')",
        "submitted_at": "state = 'voided' OR (state IN ('created', 'in_progress')) = (submitted_at IS NULL)",
        "time": "time_percent BETWEEN 100 AND 1000 AND extra_minutes >= 0 AND break_seconds >= 0",
    },
    "choice": {"bucket": "bucket IS NULL OR bucket IN ('green', 'amber', 'red')", "credit": "credit BETWEEN 0 AND 100"},
    "mark": {
        "credit": "credit BETWEEN 0 AND 100",
        "source": "source IN ('rules', 'marker', 'moderator', 'appeal', 'regrade')",
    },
    "question": {
        "difficulty": "difficulty BETWEEN 1 AND 3",
        "purpose": "purpose IN ('exam', 'practice', 'both')",
        "tier": "tier IN ('executive', 'manager', 'staff')",
    },
    "question_version": {"change": "change IN ('first', 'typo', 'change')"},
    "quiz_version": {
        "attempts_allowed": "attempts_allowed IS NULL OR attempts_allowed > 0",
        "marking": "markers IN (1, 2) AND marking_days > 0 AND apart BETWEEN 0 AND 100",
        "minutes": "minutes > 0",
        "pass_mark": "pass_mark BETWEEN 1 AND 100",
        "questions_drawn": "questions_drawn > 0",
        "waits": "cooling_hours >= 0 AND long_wait_days >= 0",
    },
    "response": {"certainty": "certainty BETWEEN 1 AND 3"},
}
"""The conditions of changed tables, as they are afterwards."""
OLD_CHECKS = {"attempt": ("state", "submitted_at", "passed"), "question_version": ("kind",)}
"""Conditions that are taken away or said anew. SQLite forgets all of them when it changes a table by copying it."""


# what the database itself refuses, written out so that it stays as it was
GUARDS = {
    "sqlite": [
        "CREATE TRIGGER attempt_refuses_update BEFORE UPDATE ON attempt WHEN (OLD.state NOT IN ('created', 'in_progress') AND (NEW.person_id <> OLD.person_id OR NEW.enrollment_id <> OLD.enrollment_id OR NEW.quiz_version_id <> OLD.quiz_version_id OR NEW.number <> OLD.number OR NEW.uid <> OLD.uid OR NEW.revision <> OLD.revision OR NEW.started_at <> OLD.started_at OR NEW.deadline_at <> OLD.deadline_at OR NEW.submitted_at <> OLD.submitted_at OR NEW.state IN ('created', 'in_progress'))) OR (NEW.state IN ('marked', 'abandoned') AND NOT EXISTS (SELECT 1 FROM result WHERE result.attempt_id = NEW.id AND result.passed = NEW.passed AND result.percent_hundredths = NEW.percent_hundredths)) BEGIN SELECT RAISE(ABORT, 'an attempt that was handed in changes with a new result only'); END",
        "CREATE TRIGGER attempt_stays_delete BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'an attempt is never removed'); END",
        "CREATE TRIGGER choice_refuses_update BEFORE UPDATE ON choice BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER choice_refuses_delete BEFORE DELETE ON choice BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER choice_text_refuses_update BEFORE UPDATE ON choice_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER choice_text_refuses_delete BEFORE DELETE ON choice_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER mark_refuses_update BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'mark is append-only'); END",
        "CREATE TRIGGER mark_refuses_delete BEFORE DELETE ON mark BEGIN SELECT RAISE(ABORT, 'mark is append-only'); END",
        "CREATE TRIGGER question_version_refuses_update BEFORE UPDATE ON question_version BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_version_refuses_delete BEFORE DELETE ON question_version BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER quiz_version_refuses_update BEFORE UPDATE ON quiz_version BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER quiz_version_refuses_delete BEFORE DELETE ON quiz_version BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER response_refuses_update BEFORE UPDATE ON response BEGIN SELECT RAISE(ABORT, 'response is append-only'); END",
        "CREATE TRIGGER response_refuses_delete BEFORE DELETE ON response BEGIN SELECT RAISE(ABORT, 'response is append-only'); END",
        "CREATE TRIGGER quiz_text_refuses_update BEFORE UPDATE ON quiz_text BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER quiz_text_refuses_delete BEFORE DELETE ON quiz_text BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER question_text_refuses_update BEFORE UPDATE ON question_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_text_refuses_delete BEFORE DELETE ON question_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_clause_refuses_update BEFORE UPDATE ON question_clause BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_clause_refuses_delete BEFORE DELETE ON question_clause BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER paper_item_refuses_update BEFORE UPDATE ON paper_item BEGIN SELECT RAISE(ABORT, 'paper_item is append-only'); END",
        "CREATE TRIGGER paper_item_refuses_delete BEFORE DELETE ON paper_item BEGIN SELECT RAISE(ABORT, 'paper_item is append-only'); END",
        "CREATE TRIGGER attempt_release_refuses_update BEFORE UPDATE ON attempt_release BEGIN SELECT RAISE(ABORT, 'attempt_release is append-only'); END",
        "CREATE TRIGGER attempt_release_refuses_delete BEFORE DELETE ON attempt_release BEGIN SELECT RAISE(ABORT, 'attempt_release is append-only'); END",
        "CREATE TRIGGER must_pass_refuses_update BEFORE UPDATE ON must_pass BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER must_pass_refuses_delete BEFORE DELETE ON must_pass BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER quota_refuses_update BEFORE UPDATE ON quota BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER quota_refuses_delete BEFORE DELETE ON quota BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER review_rule_refuses_update BEFORE UPDATE ON review_rule BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER review_rule_refuses_delete BEFORE DELETE ON review_rule BEGIN SELECT RAISE(ABORT, 'a version of a quiz never changes'); END",
        "CREATE TRIGGER criterion_refuses_update BEFORE UPDATE ON criterion BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER criterion_refuses_delete BEFORE DELETE ON criterion BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER practice_answer_refuses_update BEFORE UPDATE ON practice_answer BEGIN SELECT RAISE(ABORT, 'practice_answer is append-only'); END",
        "CREATE TRIGGER practice_answer_refuses_delete BEFORE DELETE ON practice_answer BEGIN SELECT RAISE(ABORT, 'practice_answer is append-only'); END",
        "CREATE TRIGGER question_option_refuses_update BEFORE UPDATE ON question_option BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_option_refuses_delete BEFORE DELETE ON question_option BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_step_refuses_update BEFORE UPDATE ON question_step BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_step_refuses_delete BEFORE DELETE ON question_step BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER regrade_stays_delete BEFORE DELETE ON regrade BEGIN SELECT RAISE(ABORT, 'a regrade is never removed'); END",
        "CREATE TRIGGER criterion_text_refuses_update BEFORE UPDATE ON criterion_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER criterion_text_refuses_delete BEFORE DELETE ON criterion_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_step_text_refuses_update BEFORE UPDATE ON question_step_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER question_step_text_refuses_delete BEFORE DELETE ON question_step_text BEGIN SELECT RAISE(ABORT, 'a version of a question never changes'); END",
        "CREATE TRIGGER result_refuses_update BEFORE UPDATE ON result BEGIN SELECT RAISE(ABORT, 'result is append-only'); END",
        "CREATE TRIGGER result_refuses_delete BEFORE DELETE ON result BEGIN SELECT RAISE(ABORT, 'result is append-only'); END",
        "CREATE TRIGGER appeal_refuses_update BEFORE UPDATE ON appeal WHEN OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'appeal is closed'); END",
        "CREATE TRIGGER appeal_refuses_delete BEFORE DELETE ON appeal WHEN OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'appeal is closed'); END",
        "CREATE TRIGGER marking_task_refuses_update BEFORE UPDATE ON marking_task WHEN OLD.done_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'marking_task is closed'); END",
        "CREATE TRIGGER marking_task_refuses_delete BEFORE DELETE ON marking_task WHEN OLD.done_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'marking_task is closed'); END",
        "CREATE TRIGGER regrade_change_stays_delete BEFORE DELETE ON regrade_change BEGIN SELECT RAISE(ABORT, 'a regrade is never removed'); END",
        "CREATE TRIGGER regrade_change_refuses_update BEFORE UPDATE ON regrade_change BEGIN SELECT RAISE(ABORT, 'what a regrade changed stands'); END",
        "CREATE TRIGGER rubric_mark_refuses_update BEFORE UPDATE ON rubric_mark BEGIN SELECT RAISE(ABORT, 'rubric_mark is append-only'); END",
        "CREATE TRIGGER rubric_mark_refuses_delete BEFORE DELETE ON rubric_mark BEGIN SELECT RAISE(ABORT, 'rubric_mark is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION attempt_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND (OLD.state NOT IN ('created', 'in_progress') AND (NEW.person_id <> OLD.person_id OR NEW.enrollment_id <> OLD.enrollment_id OR NEW.quiz_version_id <> OLD.quiz_version_id OR NEW.number <> OLD.number OR NEW.uid <> OLD.uid OR NEW.revision <> OLD.revision OR NEW.started_at <> OLD.started_at OR NEW.deadline_at <> OLD.deadline_at OR NEW.submitted_at <> OLD.submitted_at OR NEW.state IN ('created', 'in_progress'))) OR (NEW.state IN ('marked', 'abandoned') AND NOT EXISTS (SELECT 1 FROM result WHERE result.attempt_id = NEW.id AND result.passed = NEW.passed AND result.percent_hundredths = NEW.percent_hundredths))) THEN RAISE EXCEPTION 'an attempt that was handed in changes with a new result only' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER attempt_refuses BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_refuses()",
        "CREATE FUNCTION attempt_stays() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'an attempt is never removed' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_stays()",
        "CREATE FUNCTION choice_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER choice_refuses BEFORE UPDATE OR DELETE ON choice FOR EACH ROW EXECUTE FUNCTION choice_refuses()",
        "CREATE FUNCTION choice_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER choice_text_refuses BEFORE UPDATE OR DELETE ON choice_text FOR EACH ROW EXECUTE FUNCTION choice_text_refuses()",
        "CREATE FUNCTION mark_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'mark is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER mark_refuses BEFORE UPDATE OR DELETE ON mark FOR EACH ROW EXECUTE FUNCTION mark_refuses()",
        "CREATE FUNCTION question_version_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_version_refuses BEFORE UPDATE OR DELETE ON question_version FOR EACH ROW EXECUTE FUNCTION question_version_refuses()",
        "CREATE FUNCTION quiz_version_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a quiz never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER quiz_version_refuses BEFORE UPDATE OR DELETE ON quiz_version FOR EACH ROW EXECUTE FUNCTION quiz_version_refuses()",
        "CREATE FUNCTION response_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'response is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER response_refuses BEFORE UPDATE OR DELETE ON response FOR EACH ROW EXECUTE FUNCTION response_refuses()",
        "CREATE FUNCTION quiz_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a quiz never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER quiz_text_refuses BEFORE UPDATE OR DELETE ON quiz_text FOR EACH ROW EXECUTE FUNCTION quiz_text_refuses()",
        "CREATE FUNCTION question_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_text_refuses BEFORE UPDATE OR DELETE ON question_text FOR EACH ROW EXECUTE FUNCTION question_text_refuses()",
        "CREATE FUNCTION question_clause_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_clause_refuses BEFORE UPDATE OR DELETE ON question_clause FOR EACH ROW EXECUTE FUNCTION question_clause_refuses()",
        "CREATE FUNCTION paper_item_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'paper_item is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER paper_item_refuses BEFORE UPDATE OR DELETE ON paper_item FOR EACH ROW EXECUTE FUNCTION paper_item_refuses()",
        "CREATE FUNCTION attempt_release_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'attempt_release is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER attempt_release_refuses BEFORE UPDATE OR DELETE ON attempt_release FOR EACH ROW EXECUTE FUNCTION attempt_release_refuses()",
        "CREATE FUNCTION must_pass_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a quiz never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER must_pass_refuses BEFORE UPDATE OR DELETE ON must_pass FOR EACH ROW EXECUTE FUNCTION must_pass_refuses()",
        "CREATE FUNCTION quota_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a quiz never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER quota_refuses BEFORE UPDATE OR DELETE ON quota FOR EACH ROW EXECUTE FUNCTION quota_refuses()",
        "CREATE FUNCTION review_rule_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a quiz never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER review_rule_refuses BEFORE UPDATE OR DELETE ON review_rule FOR EACH ROW EXECUTE FUNCTION review_rule_refuses()",
        "CREATE FUNCTION criterion_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER criterion_refuses BEFORE UPDATE OR DELETE ON criterion FOR EACH ROW EXECUTE FUNCTION criterion_refuses()",
        "CREATE FUNCTION practice_answer_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'practice_answer is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER practice_answer_refuses BEFORE UPDATE OR DELETE ON practice_answer FOR EACH ROW EXECUTE FUNCTION practice_answer_refuses()",
        "CREATE FUNCTION question_option_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_option_refuses BEFORE UPDATE OR DELETE ON question_option FOR EACH ROW EXECUTE FUNCTION question_option_refuses()",
        "CREATE FUNCTION question_step_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_step_refuses BEFORE UPDATE OR DELETE ON question_step FOR EACH ROW EXECUTE FUNCTION question_step_refuses()",
        "CREATE FUNCTION regrade_stays() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a regrade is never removed' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER regrade_stays BEFORE DELETE ON regrade FOR EACH ROW EXECUTE FUNCTION regrade_stays()",
        "CREATE FUNCTION criterion_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER criterion_text_refuses BEFORE UPDATE OR DELETE ON criterion_text FOR EACH ROW EXECUTE FUNCTION criterion_text_refuses()",
        "CREATE FUNCTION question_step_text_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER question_step_text_refuses BEFORE UPDATE OR DELETE ON question_step_text FOR EACH ROW EXECUTE FUNCTION question_step_text_refuses()",
        "CREATE FUNCTION result_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'result is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER result_refuses BEFORE UPDATE OR DELETE ON result FOR EACH ROW EXECUTE FUNCTION result_refuses()",
        "CREATE FUNCTION appeal_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.decided_at IS NOT NULL) OR (TG_OP = 'DELETE' AND OLD.decided_at IS NOT NULL) THEN RAISE EXCEPTION 'appeal is closed' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER appeal_refuses BEFORE UPDATE OR DELETE ON appeal FOR EACH ROW EXECUTE FUNCTION appeal_refuses()",
        "CREATE FUNCTION marking_task_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL) OR (TG_OP = 'DELETE' AND OLD.done_at IS NOT NULL) THEN RAISE EXCEPTION 'marking_task is closed' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER marking_task_refuses BEFORE UPDATE OR DELETE ON marking_task FOR EACH ROW EXECUTE FUNCTION marking_task_refuses()",
        "CREATE FUNCTION regrade_change_stays() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a regrade is never removed' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER regrade_change_stays BEFORE DELETE ON regrade_change FOR EACH ROW EXECUTE FUNCTION regrade_change_stays()",
        "CREATE FUNCTION regrade_change_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'what a regrade changed stands' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER regrade_change_refuses BEFORE UPDATE ON regrade_change FOR EACH ROW EXECUTE FUNCTION regrade_change_refuses()",
        "CREATE FUNCTION rubric_mark_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'rubric_mark is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER rubric_mark_refuses BEFORE UPDATE OR DELETE ON rubric_mark FOR EACH ROW EXECUTE FUNCTION rubric_mark_refuses()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("factor_percent", sa.Integer(), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("no_timer", sa.Boolean(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "category IN ('language', 'vision', 'hearing', 'motor', 'reading', 'concentration', 'other')",
            name=op.f("ck_accommodation_category"),
        ),
        sa.CheckConstraint(
            "extra_minutes BETWEEN 0 AND 600 AND break_minutes BETWEEN 0 AND 600", name=op.f("ck_accommodation_minutes")
        ),
        sa.CheckConstraint("factor_percent BETWEEN 100 AND 400", name=op.f("ck_accommodation_factor_percent")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_accommodation_ended_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id_person")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_accommodation_set_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    op.create_index(op.f("ix_accommodation_person_id"), "accommodation", ["person_id"], unique=False)
    op.create_index(
        op.f("uq_accommodation_in_force"),
        "accommodation",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "attempt_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_release_person_id_person")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_attempt_release_quiz_id_quiz")),
        sa.ForeignKeyConstraint(["released_by"], ["person.id"], name=op.f("fk_attempt_release_released_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_release")),
    )
    op.create_index(op.f("ix_attempt_release_person_id"), "attempt_release", ["person_id"], unique=False)

    op.create_table(
        "quiz_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("only_first", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("deviation", sa.Double(), nullable=True),
        sa.Column("alpha", sa.Double(), nullable=True),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.Column("livingston", sa.Double(), nullable=True),
        sa.Column("near_the_cut", sa.Integer(), nullable=True),
        sa.Column("median_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_figures_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_figures")),
        sa.UniqueConstraint("quiz_id", "only_first", name=op.f("uq_quiz_figures_quiz_id_only_first")),
    )
    op.create_table(
        "clause_figures",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("asked_certainty", sa.Integer(), nullable=False),
        sa.Column("sure", sa.Integer(), nullable=False),
        sa.Column("sure_and_wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["quiz_figures.id"], name=op.f("fk_clause_figures_run_id_quiz_figures")),
        sa.PrimaryKeyConstraint("run_id", "code", name=op.f("pk_clause_figures")),
    )
    op.create_table(
        "must_pass",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_must_pass_percent")),
        sa.ForeignKeyConstraint(["version_id"], ["quiz_version.id"], name=op.f("fk_must_pass_version_id_quiz_version")),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_must_pass")),
    )
    op.create_table(
        "practice_card",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("box BETWEEN 0 AND 3", name=op.f("ck_practice_card_box")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_card_person_id_person")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_practice_card_question_id_question")),
        sa.PrimaryKeyConstraint("person_id", "question_id", name=op.f("pk_practice_card")),
    )
    op.create_index(op.f("ix_practice_card_due"), "practice_card", ["person_id", "due_on"], unique=False)

    op.create_table(
        "question_tag",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_tag_question_id_question")),
        sa.PrimaryKeyConstraint("question_id", "tag", name=op.f("pk_question_tag")),
    )
    op.create_index(op.f("ix_question_tag_tag"), "question_tag", ["tag"], unique=False)

    op.create_table(
        "question_use",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_use_question_id_question")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_question_use_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("quiz_id", "question_id", name=op.f("pk_question_use")),
    )
    op.create_index(op.f("ix_question_use_question_id"), "question_use", ["question_id"], unique=False)

    op.create_table(
        "quota",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("dimension IN ('clause', 'tag', 'difficulty', 'kind')", name=op.f("ck_quota_dimension")),
        sa.CheckConstraint("count > 0", name=op.f("ck_quota_count")),
        sa.ForeignKeyConstraint(["version_id"], ["quiz_version.id"], name=op.f("fk_quota_version_id_quiz_version")),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_quota")),
    )
    op.create_table(
        "review_rule",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.CheckConstraint(
            "part IN ('outcomes', 'answers', 'clauses', 'key', 'reasons')", name=op.f("ck_review_rule_part")
        ),
        sa.CheckConstraint(
            "phase IN ('during', 'right_after', 'later', 'after_passing')", name=op.f("ck_review_rule_phase")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["quiz_version.id"], name=op.f("fk_review_rule_version_id_quiz_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "phase", "part", name=op.f("pk_review_rule")),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("most BETWEEN 1 AND 10", name=op.f("ck_criterion_most")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_criterion_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_criterion_version_id_key")),
    )
    op.create_table(
        "practice_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("choice_order", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("crossed", sa.Boolean(), nullable=False),
        sa.Column("certainty", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("certainty BETWEEN 1 AND 3", name=op.f("ck_practice_answer_certainty")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_answer_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_practice_answer_question_version_id_question_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_answer")),
    )
    op.create_index(op.f("ix_practice_answer_person_id"), "practice_answer", ["person_id"], unique=False)

    op.create_table(
        "question_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("facility", sa.Double(), nullable=True),
        sa.Column("discrimination", sa.Double(), nullable=True),
        sa.Column("median_seconds", sa.Integer(), nullable=True),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("expected", sa.Double(), nullable=True),
        sa.Column("z", sa.Double(), nullable=True),
        sa.Column("flags", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["question_version.id"], name=op.f("fk_question_figures_line_id_question_version")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["quiz_figures.id"], name=op.f("fk_question_figures_run_id_quiz_figures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_figures")),
        sa.UniqueConstraint("run_id", "line_id", "part", name=op.f("uq_question_figures_run_id_line_id_part")),
    )
    op.create_table(
        "question_option",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_question_option_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "name", name=op.f("pk_question_option")),
    )
    op.create_table(
        "question_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_question_step_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_step")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_question_step_version_id_key")),
    )
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("key_version_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("gained", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tells_all", sa.Boolean(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undo_approved_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "policy IN ('full_credit', 'old_and_new', 'new_only', 'void', 'leave')", name=op.f("ck_regrade_policy")
        ),
        sa.CheckConstraint(
            "state IN ('computing', 'ready', 'waiting', 'applying', 'applied', 'undoing', 'undone', 'dropped', 'failed')",
            name=op.f("ck_regrade_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('applied') OR lost = 0 OR approved_by IS NOT NULL", name=op.f("ck_regrade_approved")
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> applied_by", name=op.f("ck_regrade_second_hand")),
        sa.CheckConstraint(
            "undo_approved_by IS NULL OR undo_approved_by <> undone_by", name=op.f("ck_regrade_second_hand_undoing")
        ),
        sa.ForeignKeyConstraint(["applied_by"], ["person.id"], name=op.f("fk_regrade_applied_by_person")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_regrade_approved_by_person")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_regrade_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["key_version_id"], ["question_version.id"], name=op.f("fk_regrade_key_version_id_question_version")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_regrade_question_id_question")),
        sa.ForeignKeyConstraint(["undo_approved_by"], ["person.id"], name=op.f("fk_regrade_undo_approved_by_person")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_regrade_undone_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    op.create_index(
        op.f("uq_regrade_one_at_work"),
        "regrade",
        ["question_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('computing', 'ready', 'waiting', 'applying', 'undoing')"),
        postgresql_where=sa.text("state IN ('computing', 'ready', 'waiting', 'applying', 'undoing')"),
    )

    op.create_table(
        "attempt_break",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_break_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_break")),
    )
    op.create_index(op.f("ix_attempt_break_attempt_id"), "attempt_break", ["attempt_id"], unique=False)

    op.create_table(
        "criterion_text",
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_criterion_text_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("criterion_id", "language", name=op.f("pk_criterion_text")),
    )
    op.create_table(
        "pick_figures",
        sa.Column("figures_id", sa.Integer(), nullable=False),
        sa.Column("picked", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("correlation", sa.Double(), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["figures_id"], ["question_figures.id"], name=op.f("fk_pick_figures_figures_id_question_figures")
        ),
        sa.PrimaryKeyConstraint("figures_id", "picked", name=op.f("pk_pick_figures")),
    )
    op.create_table(
        "question_step_text",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["step_id"], ["question_step.id"], name=op.f("fk_question_step_text_step_id_question_step")
        ),
        sa.PrimaryKeyConstraint("step_id", "language", name=op.f("pk_question_step_text")),
    )
    op.create_table(
        "result",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("percent_hundredths", sa.Integer(), nullable=False),
        sa.Column("red_lines", sa.Integer(), nullable=False),
        sa.Column("missed", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=True),
        sa.Column("record_sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "because IN ('handed in', 'time over', 'marked by hand', 'appeal', 'regrade', 'regrade undone')",
            name=op.f("ck_result_because"),
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_result_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_result_regrade_id_regrade")),
        sa.PrimaryKeyConstraint("attempt_id", "number", name=op.f("pk_result")),
    )
    op.create_index(op.f("ix_result_regrade_id"), "result", ["regrade_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.CheckConstraint("outcome IN ('upheld', 'refused')", name=op.f("ck_appeal_outcome")),
        sa.CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_appeal_decided")),
        sa.CheckConstraint("decided_at IS NULL OR decided_by IS NOT NULL", name=op.f("ck_appeal_decided_by")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_appeal_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_appeal_decided_by_person")),
        sa.ForeignKeyConstraint(["item_id"], ["paper_item.id"], name=op.f("fk_appeal_item_id_paper_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(
        op.f("uq_appeal_one_open"),
        "appeal",
        ["attempt_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    op.create_table(
        "item_fact",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("crossed", sa.Boolean(), nullable=False),
        sa.Column("rest", sa.Integer(), nullable=False),
        sa.Column("picked", sa.String(), nullable=False),
        sa.Column("certainty", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_item_fact_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["item_id"], ["paper_item.id"], name=op.f("fk_item_fact_item_id_paper_item")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["question_version.id"], name=op.f("fk_item_fact_line_id_question_version")
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_item_fact_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_fact")),
    )
    op.create_index(op.f("ix_item_fact_attempt_id"), "item_fact", ["attempt_id"], unique=False)
    op.create_index(
        op.f("ix_item_fact_cells"),
        "item_fact",
        ["quiz_id", "first", "line_id", "picked", "language", "tier", "credit", "certainty", "rest"],
        unique=False,
    )
    op.create_index(op.f("ix_item_fact_seconds"), "item_fact", ["quiz_id", "first", "line_id", "seconds"], unique=False)

    op.create_table(
        "marking_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credit", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.CheckConstraint("marked_by IN ('coach', 'peer')", name=op.f("ck_marking_task_marked_by")),
        sa.CheckConstraint("(done_at IS NULL) = (credit IS NULL)", name=op.f("ck_marking_task_done_at")),
        sa.CheckConstraint("credit BETWEEN 0 AND 100", name=op.f("ck_marking_task_credit")),
        sa.CheckConstraint("done_at IS NULL OR marker_id IS NOT NULL", name=op.f("ck_marking_task_marker_id")),
        sa.CheckConstraint("slot BETWEEN 1 AND 3", name=op.f("ck_marking_task_slot")),
        sa.ForeignKeyConstraint(["item_id"], ["paper_item.id"], name=op.f("fk_marking_task_item_id_paper_item")),
        sa.ForeignKeyConstraint(["marker_id"], ["person.id"], name=op.f("fk_marking_task_marker_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_task")),
        sa.UniqueConstraint("item_id", "slot", name=op.f("uq_marking_task_item_id_slot")),
    )
    op.create_index(op.f("ix_marking_task_marker_id"), "marking_task", ["marker_id"], unique=False)
    op.create_index(
        op.f("ix_marking_task_waiting"),
        "marking_task",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )

    op.create_table(
        "regrade_change",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credit_before", sa.Integer(), nullable=False),
        sa.Column("credit_after", sa.Integer(), nullable=False),
        sa.Column("crossed_before", sa.Boolean(), nullable=False),
        sa.Column("crossed_after", sa.Boolean(), nullable=False),
        sa.Column("voided_before", sa.Boolean(), nullable=False),
        sa.Column("voided_after", sa.Boolean(), nullable=False),
        sa.Column("percent_before", sa.Integer(), nullable=False),
        sa.Column("percent_after", sa.Integer(), nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("red_lines_after", sa.Integer(), nullable=False),
        sa.Column("missed_after", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_change_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["item_id"], ["paper_item.id"], name=op.f("fk_regrade_change_item_id_paper_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_regrade_change_person_id_person")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_change_regrade_id_regrade")),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_regrade_change")),
    )
    op.create_index(op.f("ix_regrade_change_attempt_id"), "regrade_change", ["attempt_id"], unique=False)

    op.create_table(
        "rubric_mark",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_rubric_mark_points")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_rubric_mark_criterion_id_criterion")),
        sa.ForeignKeyConstraint(["task_id"], ["marking_task.id"], name=op.f("fk_rubric_mark_task_id_marking_task")),
        sa.PrimaryKeyConstraint("task_id", "criterion_id", name=op.f("pk_rubric_mark")),
    )
    _take_guards_away()
    _change_attempts()
    _change_questions()
    _change_rules()
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _change_attempts() -> None:
    op.drop_index("uq_attempt_one_open", table_name="attempt")
    with _changing("attempt") as table:
        table.add_column(sa.Column("seed", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("language", sa.String(), nullable=False, server_default="en"))
        table.add_column(sa.Column("tier", sa.String(), nullable=False, server_default="staff"))
        table.add_column(sa.Column("time_percent", sa.Integer(), nullable=False, server_default="100"))
        table.add_column(sa.Column("extra_minutes", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("no_timer", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("break_seconds", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("break_until", sa.DateTime(timezone=True), nullable=True))
        table.create_index(op.f("ix_attempt_quiz_version_id"), ["quiz_version_id"], unique=False)
        table.create_index("ix_attempt_submitted_at", ["submitted_at"], unique=False)
    _forget_defaults(
        "attempt",
        {
            "seed": sa.BigInteger(),
            "language": sa.String(),
            "tier": sa.String(),
            "time_percent": sa.Integer(),
            "extra_minutes": sa.Integer(),
            "no_timer": sa.Boolean(),
            "break_seconds": sa.Integer(),
        },
    )
    op.create_index(
        "uq_attempt_one_open",
        "attempt",
        ["enrollment_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('created', 'in_progress', 'submitted')"),
        postgresql_where=sa.text("state IN ('created', 'in_progress', 'submitted')"),
    )
    op.execute(
        "UPDATE attempt SET language = (SELECT language FROM person WHERE person.id = attempt.person_id), "
        "tier = (SELECT tier FROM person WHERE person.id = attempt.person_id)"
    )
    with _changing("mark") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("voided", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("source", sa.String(), nullable=False, server_default="rules"))
        table.add_column(sa.Column("key_version_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("regrade_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("marker_id", sa.Integer(), nullable=True))
        table.create_index(op.f("ix_mark_regrade_id"), ["regrade_id"], unique=False)
        table.create_foreign_key(op.f("fk_mark_regrade_id_regrade"), "regrade", ["regrade_id"], ["id"])
        table.create_foreign_key(
            op.f("fk_mark_key_version_id_question_version"), "question_version", ["key_version_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_mark_marker_id_person"), "person", ["marker_id"], ["id"])
        table.drop_constraint(op.f("pk_mark"), type_="primary")
        table.create_primary_key(op.f("pk_mark"), ["item_id", "number"])
    _forget_defaults("mark", {"number": sa.Integer(), "voided": sa.Boolean(), "source": sa.String()})
    with _changing("response") as table:
        table.add_column(sa.Column("certainty", sa.Integer(), nullable=True))
    op.execute(
        "INSERT INTO result (attempt_id, number, percent_hundredths, red_lines, missed, passed, rules, because, "
        "record_sha256, at) SELECT id, 1, percent_hundredths, (SELECT count(*) FROM mark JOIN paper_item ON "
        "paper_item.id = mark.item_id WHERE paper_item.attempt_id = attempt.id AND mark.crossed), '', passed, 1, "
        "'handed in', '', submitted_at FROM attempt WHERE state = 'marked'"
    )


def _change_questions() -> None:
    with _changing("choice") as table:
        for name in ("step", "leads_to", "rule"):
            table.add_column(sa.Column(name, sa.String(), nullable=True))
    with op.batch_alter_table("choice_text") as table:
        table.add_column(sa.Column("partner", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("choice_text") as table:
        table.alter_column("partner", existing_type=sa.String(), server_default=None)
    with _changing("question") as table:
        table.add_column(sa.Column("proposed_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("tier", sa.String(), nullable=True))
        table.add_column(sa.Column("difficulty", sa.Integer(), nullable=True))
        table.add_column(sa.Column("purpose", sa.String(), nullable=False, server_default="exam"))
        table.add_column(sa.Column("always", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_foreign_key(
            "fk_question_proposed_id_question_version", "question_version", ["proposed_id"], ["id"]
        )
    _forget_defaults("question", {"purpose": sa.String(), "always": sa.Boolean()})
    with _changing("question_version") as table:
        table.add_column(sa.Column("change", sa.String(), nullable=False, server_default="change"))
        table.add_column(sa.Column("line_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_question_version_author_id_person"), "person", ["author_id"], ["id"])
        table.create_foreign_key(
            op.f("fk_question_version_line_id_question_version"), "question_version", ["line_id"], ["id"]
        )
    op.execute("UPDATE question_version SET change = 'first' WHERE number = 1")
    _forget_defaults("question_version", {"change": sa.String()})


def _change_rules() -> None:
    counts = {
        "attempts_allowed": "3",
        "cooling_hours": "48",
        "long_wait_days": "30",
        "markers": "1",
        "marking_days": "5",
        "apart": "25",
    }
    with _changing("quiz_version") as table:
        table.add_column(sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("asks_certainty", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("anonymous_marking", sa.Boolean(), nullable=False, server_default=sa.true()))
        for name, usual in counts.items():
            table.add_column(sa.Column(name, sa.Integer(), nullable=name == "attempts_allowed", server_default=usual))
    _forget_defaults(
        "quiz_version",
        {"asks_certainty": sa.Boolean(), "anonymous_marking": sa.Boolean(), **dict.fromkeys(counts, sa.Integer())},
    )


def _take_guards_away() -> None:
    for table, deeds in GUARDED.items():
        if op.get_bind().dialect.name == "sqlite":
            for deed in deeds:
                op.execute(f"DROP TRIGGER {table}_refuses_{deed}")
        else:
            op.execute(f"DROP TRIGGER {table}_refuses ON {table}")
            op.execute(f"DROP FUNCTION {table}_refuses()")


def _forget_defaults(name: str, columns: dict[str, Any]) -> None:
    """Take away the values with which new columns were filled; the program says its own. The conditions come back."""
    with op.batch_alter_table(name) as table:
        for column, kind in columns.items():
            table.alter_column(column, existing_type=kind, server_default=None)
        if op.get_bind().dialect.name == "sqlite":
            _conditions(table, name)


@contextmanager
def _changing(name: str) -> Iterator[Any]:
    """A table that is changed: with the conditions that it has afterwards, which SQLite would else forget."""
    with op.batch_alter_table(name) as table:
        yield table
        if op.get_bind().dialect.name == "postgresql":
            kept = {check["name"] for check in sa.inspect(op.get_bind()).get_check_constraints(name)}
            for check in CHECKS.get(name, {}) | dict.fromkeys(OLD_CHECKS.get(name, ())):
                if f"ck_{name}_{check}" in kept:
                    table.drop_constraint(op.f(f"ck_{name}_{check}"), type_="check")
        elif name == "question_version":
            table.drop_constraint(op.f("ck_question_version_kind"), type_="check")
        _conditions(table, name)


def _conditions(table: Any, name: str) -> None:
    for check, condition in CHECKS.get(name, {}).items():
        table.create_check_constraint(op.f(f"ck_{name}_{check}"), condition)
