"""Permissions.

Revision 0005, after 0004.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


GUARDED = {
    "guideline_version": ["update", "delete"],
    "guideline_text": ["update", "delete"],
    "clause": ["update", "delete"],
    "clause_text": ["update", "delete"],
    "attestation": ["update", "delete"],
    "certificate": ["update", "delete"],
    "authorization_scope": ["update", "delete"],
    "authorization_status": ["update", "delete"],
}
"""Tables whose guards are taken away while tables change, and made anew afterwards."""
CHECKS = {
    "person": {
        "email_lower": "email = lower(email)",
        "listed_as": "listed_as IN ('full', 'initials')",
        "not_own_manager": "manager_id <> id",
        "status": "status IN ('active', 'leave', 'left')",
        "tier": "tier IN ('executive', 'manager', 'staff')",
    },
    "authorization": {
        "certificate": "certificate_id IS NOT NULL OR status IN ('requested', 'declined', 'approved')",
        "ends_on": "ends_on >= starts_on",
        "status": "status IN ('requested', 'declined', 'approved', 'active', 'suspended', 'expired', 'archived', 'ended', 'revoked')",
    },
    "authorization_scope": {"dimension": "dimension IN ('channel', 'topic', 'language', 'country')"},
    "authorization_status": {
        "status": "status IN ('requested', 'declined', 'approved', 'active', 'suspended', 'expired', 'archived', 'ended', 'revoked')"
    },
    "certificate": {
        "issue": "(issue = 1) = (supersedes_id IS NULL) AND (issue = 1) = (root_id IS NULL)",
        "valid_until": "valid_until > valid_from",
    },
    "clause": {
        "country": "length(country) = 2",
        "kind": "kind IN ('freedom', 'duty')",
        "tier": "tier IN ('executive', 'manager', 'staff')",
    },
    "handle": {"name_lower": "name = lower(name)"},
    "level": {
        "attest_months": "attest_months > 0",
        "days": "renew_days >= 0 AND grace_days >= 0",
        "dormant_months": "dormant_months > 0",
        "kind": "kind IN ('level', 'endorsement')",
        "samples": "samples >= 0 AND renewal_samples >= 0",
        "valid_months": "valid_months > 0",
    },
    "level_scope": {"dimension": "dimension IN ('channel', 'topic', 'language', 'country')"},
    "person_role": {"role": "role IN ('author', 'administrator', 'hub', 'legal', 'auditor', 'coach', 'care', 'board')"},
}
"""The conditions of changed tables, as they are afterwards."""


# what the database itself refuses, written out so that it stays as it was
GUARDS = {
    "sqlite": [
        "CREATE TRIGGER guideline_version_refuses_update BEFORE UPDATE ON guideline_version WHEN OLD.published_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER guideline_version_refuses_delete BEFORE DELETE ON guideline_version WHEN OLD.published_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER guideline_text_refuses_update BEFORE UPDATE ON guideline_text WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER guideline_text_refuses_delete BEFORE DELETE ON guideline_text WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_refuses_update BEFORE UPDATE ON clause WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_refuses_delete BEFORE DELETE ON clause WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_text_refuses_update BEFORE UPDATE ON clause_text WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id)) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_text_refuses_delete BEFORE DELETE ON clause_text WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id)) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER attestation_refuses_update BEFORE UPDATE ON attestation BEGIN SELECT RAISE(ABORT, 'attestation is append-only'); END",
        "CREATE TRIGGER attestation_refuses_delete BEFORE DELETE ON attestation BEGIN SELECT RAISE(ABORT, 'attestation is append-only'); END",
        "CREATE TRIGGER certificate_refuses_update BEFORE UPDATE ON certificate WHEN OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.uid <> OLD.uid OR NEW.number <> OLD.number OR NEW.person_id <> OLD.person_id OR NEW.level_id <> OLD.level_id OR NEW.cycle <> OLD.cycle OR NEW.issue <> OLD.issue OR NEW.valid_from <> OLD.valid_from OR NEW.valid_until <> OLD.valid_until OR NEW.content_sha256 <> OLD.content_sha256 BEGIN SELECT RAISE(ABORT, 'a certificate never changes'); END",
        "CREATE TRIGGER certificate_stays_delete BEFORE DELETE ON certificate BEGIN SELECT RAISE(ABORT, 'a certificate is never removed'); END",
        "CREATE TRIGGER authorization_scope_refuses_update BEFORE UPDATE ON authorization_scope BEGIN SELECT RAISE(ABORT, 'authorization_scope is append-only'); END",
        "CREATE TRIGGER authorization_scope_refuses_delete BEFORE DELETE ON authorization_scope BEGIN SELECT RAISE(ABORT, 'authorization_scope is append-only'); END",
        "CREATE TRIGGER authorization_status_refuses_update BEFORE UPDATE ON authorization_status BEGIN SELECT RAISE(ABORT, 'authorization_status is append-only'); END",
        "CREATE TRIGGER authorization_status_refuses_delete BEFORE DELETE ON authorization_status BEGIN SELECT RAISE(ABORT, 'authorization_status is append-only'); END",
        "CREATE TRIGGER authorization_refuses_update BEFORE UPDATE ON \"authorization\" WHEN OLD.status IN ('revoked', 'declined', 'archived') AND NEW.status <> OLD.status BEGIN SELECT RAISE(ABORT, 'what was revoked, declined or archived stays so'); END",
        "CREATE TRIGGER authorization_stays_delete BEFORE DELETE ON \"authorization\" BEGIN SELECT RAISE(ABORT, 'a permission is never removed'); END",
        "CREATE TRIGGER signing_key_refuses_delete BEFORE DELETE ON signing_key BEGIN SELECT RAISE(ABORT, 'a key is kept for ever'); END",
        "CREATE TRIGGER handle_claim_refuses_update BEFORE UPDATE ON handle_claim WHEN OLD.state <> 'open' AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.person_id <> OLD.person_id OR NEW.channel <> OLD.channel OR NEW.method <> OLD.method OR NEW.code <> OLD.code OR NEW.state <> OLD.state OR NEW.claimed_at <> OLD.claimed_at) BEGIN SELECT RAISE(ABORT, 'a decided claim stays so'); END",
        "CREATE TRIGGER handle_claim_stays_delete BEFORE DELETE ON handle_claim WHEN OLD.state <> 'open' BEGIN SELECT RAISE(ABORT, 'a decided claim stays so'); END",
        "CREATE TRIGGER level_revision_refuses_update BEFORE UPDATE ON level_revision BEGIN SELECT RAISE(ABORT, 'level_revision is append-only'); END",
        "CREATE TRIGGER level_revision_refuses_delete BEFORE DELETE ON level_revision BEGIN SELECT RAISE(ABORT, 'level_revision is append-only'); END",
        "CREATE TRIGGER guideline_sign_off_refuses_update BEFORE UPDATE ON guideline_sign_off BEGIN SELECT RAISE(ABORT, 'guideline_sign_off is append-only'); END",
        "CREATE TRIGGER guideline_sign_off_refuses_delete BEFORE DELETE ON guideline_sign_off BEGIN SELECT RAISE(ABORT, 'guideline_sign_off is append-only'); END",
        "CREATE TRIGGER quiet_period_scope_refuses_update BEFORE UPDATE ON quiet_period_scope BEGIN SELECT RAISE(ABORT, 'quiet_period_scope is append-only'); END",
        "CREATE TRIGGER quiet_period_scope_refuses_delete BEFORE DELETE ON quiet_period_scope BEGIN SELECT RAISE(ABORT, 'quiet_period_scope is append-only'); END",
        "CREATE TRIGGER certificate_status_refuses_update BEFORE UPDATE ON certificate_status BEGIN SELECT RAISE(ABORT, 'certificate_status is append-only'); END",
        "CREATE TRIGGER certificate_status_refuses_delete BEFORE DELETE ON certificate_status BEGIN SELECT RAISE(ABORT, 'certificate_status is append-only'); END",
        "CREATE TRIGGER clause_touch_refuses_update BEFORE UPDATE ON clause_touch WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id)) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER clause_touch_refuses_delete BEFORE DELETE ON clause_touch WHEN EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id)) BEGIN SELECT RAISE(ABORT, 'a published guideline never changes'); END",
        "CREATE TRIGGER status_entry_refuses_update BEFORE UPDATE ON status_entry BEGIN SELECT RAISE(ABORT, 'a place in a status list stays'); END",
        "CREATE TRIGGER status_entry_refuses_delete BEFORE DELETE ON status_entry BEGIN SELECT RAISE(ABORT, 'a place in a status list stays'); END",
        "CREATE TRIGGER approval_refuses_update BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END",
        "CREATE TRIGGER approval_refuses_delete BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END",
        "CREATE TRIGGER hold_refuses_update BEFORE UPDATE ON hold WHEN OLD.lifted_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a hold that was lifted stays so'); END",
        "CREATE TRIGGER hold_refuses_delete BEFORE DELETE ON hold WHEN OLD.lifted_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a hold that was lifted stays so'); END",
        "CREATE TRIGGER revocation_refuses_update BEFORE UPDATE ON revocation WHEN OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a decided revocation stays so'); END",
        "CREATE TRIGGER revocation_refuses_delete BEFORE DELETE ON revocation WHEN OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a decided revocation stays so'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION guideline_version_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.published_at IS NOT NULL) OR (TG_OP = 'DELETE' AND OLD.published_at IS NOT NULL) THEN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER guideline_version_refuses BEFORE UPDATE OR DELETE ON guideline_version FOR EACH ROW EXECUTE FUNCTION guideline_version_refuses()",
        "CREATE FUNCTION guideline_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id)) OR (TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id)) THEN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER guideline_text_refuses BEFORE UPDATE OR DELETE ON guideline_text FOR EACH ROW EXECUTE FUNCTION guideline_text_refuses()",
        "CREATE FUNCTION clause_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id)) OR (TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = OLD.version_id)) THEN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER clause_refuses BEFORE UPDATE OR DELETE ON clause FOR EACH ROW EXECUTE FUNCTION clause_refuses()",
        "CREATE FUNCTION clause_text_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id))) OR (TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id))) THEN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER clause_text_refuses BEFORE UPDATE OR DELETE ON clause_text FOR EACH ROW EXECUTE FUNCTION clause_text_refuses()",
        "CREATE FUNCTION attestation_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'attestation is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER attestation_refuses BEFORE UPDATE OR DELETE ON attestation FOR EACH ROW EXECUTE FUNCTION attestation_refuses()",
        "CREATE FUNCTION certificate_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.uid <> OLD.uid OR NEW.number <> OLD.number OR NEW.person_id <> OLD.person_id OR NEW.level_id <> OLD.level_id OR NEW.cycle <> OLD.cycle OR NEW.issue <> OLD.issue OR NEW.valid_from <> OLD.valid_from OR NEW.valid_until <> OLD.valid_until OR NEW.content_sha256 <> OLD.content_sha256) THEN RAISE EXCEPTION 'a certificate never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER certificate_refuses BEFORE UPDATE ON certificate FOR EACH ROW EXECUTE FUNCTION certificate_refuses()",
        "CREATE FUNCTION certificate_stays() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a certificate is never removed' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER certificate_stays BEFORE DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION certificate_stays()",
        "CREATE FUNCTION authorization_scope_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'authorization_scope is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER authorization_scope_refuses BEFORE UPDATE OR DELETE ON authorization_scope FOR EACH ROW EXECUTE FUNCTION authorization_scope_refuses()",
        "CREATE FUNCTION authorization_status_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'authorization_status is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER authorization_status_refuses BEFORE UPDATE OR DELETE ON authorization_status FOR EACH ROW EXECUTE FUNCTION authorization_status_refuses()",
        "CREATE FUNCTION authorization_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.status IN ('revoked', 'declined', 'archived') AND NEW.status <> OLD.status) THEN RAISE EXCEPTION 'what was revoked, declined or archived stays so' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        'CREATE TRIGGER authorization_refuses BEFORE UPDATE ON "authorization" FOR EACH ROW EXECUTE FUNCTION authorization_refuses()',
        "CREATE FUNCTION authorization_stays() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a permission is never removed' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        'CREATE TRIGGER authorization_stays BEFORE DELETE ON "authorization" FOR EACH ROW EXECUTE FUNCTION authorization_stays()',
        "CREATE FUNCTION signing_key_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a key is kept for ever' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER signing_key_refuses BEFORE DELETE ON signing_key FOR EACH ROW EXECUTE FUNCTION signing_key_refuses()",
        "CREATE FUNCTION handle_claim_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.state <> 'open' AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.person_id <> OLD.person_id OR NEW.channel <> OLD.channel OR NEW.method <> OLD.method OR NEW.code <> OLD.code OR NEW.state <> OLD.state OR NEW.claimed_at <> OLD.claimed_at)) THEN RAISE EXCEPTION 'a decided claim stays so' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER handle_claim_refuses BEFORE UPDATE ON handle_claim FOR EACH ROW EXECUTE FUNCTION handle_claim_refuses()",
        "CREATE FUNCTION handle_claim_stays() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'DELETE' AND OLD.state <> 'open') THEN RAISE EXCEPTION 'a decided claim stays so' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER handle_claim_stays BEFORE DELETE ON handle_claim FOR EACH ROW EXECUTE FUNCTION handle_claim_stays()",
        "CREATE FUNCTION level_revision_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'level_revision is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER level_revision_refuses BEFORE UPDATE OR DELETE ON level_revision FOR EACH ROW EXECUTE FUNCTION level_revision_refuses()",
        "CREATE FUNCTION guideline_sign_off_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'guideline_sign_off is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER guideline_sign_off_refuses BEFORE UPDATE OR DELETE ON guideline_sign_off FOR EACH ROW EXECUTE FUNCTION guideline_sign_off_refuses()",
        "CREATE FUNCTION quiet_period_scope_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'quiet_period_scope is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER quiet_period_scope_refuses BEFORE UPDATE OR DELETE ON quiet_period_scope FOR EACH ROW EXECUTE FUNCTION quiet_period_scope_refuses()",
        "CREATE FUNCTION certificate_status_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'certificate_status is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER certificate_status_refuses BEFORE UPDATE OR DELETE ON certificate_status FOR EACH ROW EXECUTE FUNCTION certificate_status_refuses()",
        "CREATE FUNCTION clause_touch_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id))) OR (TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM guideline_version WHERE published_at IS NOT NULL AND id = (SELECT version_id FROM clause WHERE clause.id = OLD.clause_id))) THEN RAISE EXCEPTION 'a published guideline never changes' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER clause_touch_refuses BEFORE UPDATE OR DELETE ON clause_touch FOR EACH ROW EXECUTE FUNCTION clause_touch_refuses()",
        "CREATE FUNCTION status_entry_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a place in a status list stays' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER status_entry_refuses BEFORE UPDATE OR DELETE ON status_entry FOR EACH ROW EXECUTE FUNCTION status_entry_refuses()",
        "CREATE FUNCTION approval_refuses() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'approval is append-only' USING ERRCODE = 'check_violation'; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER approval_refuses BEFORE UPDATE OR DELETE ON approval FOR EACH ROW EXECUTE FUNCTION approval_refuses()",
        "CREATE FUNCTION hold_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.lifted_at IS NOT NULL) OR (TG_OP = 'DELETE' AND OLD.lifted_at IS NOT NULL) THEN RAISE EXCEPTION 'a hold that was lifted stays so' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER hold_refuses BEFORE UPDATE OR DELETE ON hold FOR EACH ROW EXECUTE FUNCTION hold_refuses()",
        "CREATE FUNCTION revocation_refuses() RETURNS trigger AS $$ BEGIN IF (TG_OP = 'UPDATE' AND OLD.decided_at IS NOT NULL) OR (TG_OP = 'DELETE' AND OLD.decided_at IS NOT NULL) THEN RAISE EXCEPTION 'a decided revocation stays so' USING ERRCODE = 'check_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER revocation_refuses BEFORE UPDATE OR DELETE ON revocation FOR EACH ROW EXECUTE FUNCTION revocation_refuses()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromised_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("algorithm IN ('RS256', 'Ed25519')", name=op.f("ck_signing_key_algorithm")),
        sa.CheckConstraint("state IN ('active', 'retired', 'compromised')", name=op.f("ck_signing_key_state")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_table(
        "entitlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("returnable", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('tool', 'handle', 'device')", name=op.f("ck_entitlement_kind")),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_entitlement_level_id_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sa.UniqueConstraint("level_id", "code", name=op.f("uq_entitlement_level_id_code")),
    )
    op.create_table(
        "level_approval",
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('manager', 'hub', 'legal', 'care', 'board', 'coach')", name=op.f("ck_level_approval_role")
        ),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_level_approval_level_id_level")),
        sa.PrimaryKeyConstraint("level_id", "role", name=op.f("pk_level_approval")),
    )
    op.create_table(
        "level_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("renewal", sa.Boolean(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("within_months", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('course', 'quiz', 'level')", name=op.f("ck_level_requirement_kind")),
        sa.CheckConstraint("tier IN ('executive', 'manager', 'staff')", name=op.f("ck_level_requirement_tier")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_level_requirement_percent")),
        sa.CheckConstraint("within_months > 0", name=op.f("ck_level_requirement_within_months")),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_level_requirement_level_id_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_requirement")),
        sa.UniqueConstraint("level_id", "position", name=op.f("uq_level_requirement_level_id_position")),
    )
    op.create_table(
        "webhook_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'dead')", name=op.f("ck_webhook_message_state")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_message_endpoint_id_webhook_endpoint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_message")),
        sa.UniqueConstraint("uid", name=op.f("uq_webhook_message_uid")),
    )
    op.create_index(op.f("ix_webhook_message_endpoint_id"), "webhook_message", ["endpoint_id"], unique=False)
    op.create_index(op.f("ix_webhook_message_state"), "webhook_message", ["state"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_api_token_ended_by_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_api_token_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "branded_handle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("recovery", sa.String(), nullable=False),
        sa.Column("sunset_on", sa.Date(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("deputy_id <> owner_id", name=op.f("ck_branded_handle_deputy")),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_branded_handle_name_lower")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_branded_handle_deputy_id_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_branded_handle_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["person.id"], name=op.f("fk_branded_handle_registered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branded_handle")),
    )
    op.create_index(op.f("ix_branded_handle_deputy_id"), "branded_handle", ["deputy_id"], unique=False)
    op.create_index(op.f("ix_branded_handle_name"), "branded_handle", ["name"], unique=False)
    op.create_index(op.f("ix_branded_handle_owner_id"), "branded_handle", ["owner_id"], unique=False)
    op.create_index(
        op.f("uq_branded_handle_open"),
        "branded_handle",
        ["channel", "name"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "contribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.CheckConstraint("verdict IN ('good', 'not_yet')", name=op.f("ck_contribution_verdict")),
        sa.CheckConstraint("(verdict IS NULL) = (looked_at IS NULL)", name=op.f("ck_contribution_looked_at")),
        sa.CheckConstraint("looked_by_id <> person_id", name=op.f("ck_contribution_another")),
        sa.ForeignKeyConstraint(["looked_by_id"], ["person.id"], name=op.f("fk_contribution_looked_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
    )
    op.create_index(
        op.f("ix_contribution_person_id_contribution_posted_on"),
        "contribution",
        ["person_id", "posted_on"],
        unique=False,
    )

    op.create_table(
        "crisis_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=True),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(running IS NULL) = (ended_at IS NOT NULL) AND running IS NOT false", name=op.f("ck_crisis_period_running")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_crisis_period_ended_by_id_person")),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], name=op.f("fk_crisis_period_started_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_period")),
        sa.UniqueConstraint("running", name=op.f("uq_crisis_period_running")),
    )
    op.create_table(
        "entitlement_text",
        sa.Column("entitlement_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlement.id"], name=op.f("fk_entitlement_text_entitlement_id_entitlement")
        ),
        sa.PrimaryKeyConstraint("entitlement_id", "language", name=op.f("pk_entitlement_text")),
    )
    op.create_table(
        "guest",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=False),
        sa.Column("contract_ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("sponsor_id <> person_id", name=op.f("ck_guest_sponsor")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guest_person_id_person")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["person.id"], name=op.f("fk_guest_sponsor_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_guest")),
    )
    op.create_index(op.f("ix_guest_contract_ends_on"), "guest", ["contract_ends_on"], unique=False)
    op.create_index(op.f("ix_guest_sponsor_id"), "guest", ["sponsor_id"], unique=False)

    op.create_table(
        "handle_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("profile_url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("method IN ('code', 'link')", name=op.f("ck_handle_claim_method")),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'refused')", name=op.f("ck_handle_claim_state")),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_handle_claim_name_lower")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_handle_claim_decided_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handle_claim_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handle_claim")),
    )
    op.create_index(op.f("ix_handle_claim_state"), "handle_claim", ["state"], unique=False)
    op.create_index(
        op.f("uq_handle_claim_open"),
        "handle_claim",
        ["person_id", "channel", "name"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "level_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_level_revision_by_id_person")),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_level_revision_level_id_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_revision")),
        sa.UniqueConstraint("level_id", "number", name=op.f("uq_level_revision_level_id_number")),
    )
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'drawing', 'ready', 'failed', 'removed')", name=op.f("ck_paper_batch_state")
        ),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_paper_batch_done")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_paper_batch_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint("uid", name=op.f("uq_paper_batch_uid")),
    )
    op.create_index(op.f("ix_paper_batch_asked_by_id"), "paper_batch", ["asked_by_id"], unique=False)
    op.create_index(op.f("ix_paper_batch_state"), "paper_batch", ["state"], unique=False)

    op.create_table(
        "place_seen",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_place_seen_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_place_seen")),
    )
    op.create_table(
        "quiet_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("exempt_rank", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_quiet_period_ends_on")),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["person.id"], name=op.f("fk_quiet_period_cancelled_by_id_person")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_quiet_period_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_period")),
    )
    op.create_index(
        op.f("ix_quiet_period_starts_on_quiet_period_ends_on"), "quiet_period", ["starts_on", "ends_on"], unique=False
    )

    op.create_table(
        "speaker_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("executive_id", sa.Integer(), nullable=False),
        sa.Column("writer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("writer_id <> executive_id", name=op.f("ck_speaker_pair_two_people")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_speaker_pair_ended_by_id_person")),
        sa.ForeignKeyConstraint(["executive_id"], ["person.id"], name=op.f("fk_speaker_pair_executive_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_speaker_pair_made_by_id_person")),
        sa.ForeignKeyConstraint(["writer_id"], ["person.id"], name=op.f("fk_speaker_pair_writer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_pair")),
    )
    op.create_index(op.f("ix_speaker_pair_executive_id"), "speaker_pair", ["executive_id"], unique=False)
    op.create_index(op.f("ix_speaker_pair_writer_id"), "speaker_pair", ["writer_id"], unique=False)
    op.create_index(
        op.f("uq_speaker_pair_open"),
        "speaker_pair",
        ["executive_id", "writer_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('course', 'quiz', 'level')", name=op.f("ck_waiver_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_waiver_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_waiver_ended_by_id_person")),
        sa.ForeignKeyConstraint(["level_id"], ["level.id"], name=op.f("fk_waiver_level_id_level")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiver_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index(
        op.f("uq_waiver_in_force"),
        "waiver",
        ["person_id", "level_id", "kind", "slug"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_campaign_opened_by_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_version.id"], name=op.f("fk_campaign_version_id_guideline_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("version_id", name=op.f("uq_campaign_version_id")),
    )
    op.create_table(
        "guideline_sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('agreed', 'changes')", name=op.f("ck_guideline_sign_off_decision")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guideline_sign_off_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["guideline_version.id"], name=op.f("fk_guideline_sign_off_version_id_guideline_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_sign_off")),
    )
    op.create_index(op.f("ix_guideline_sign_off_version_id"), "guideline_sign_off", ["version_id"], unique=False)

    op.create_table(
        "quiet_period_scope",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint(
            "dimension IN ('channel', 'topic', 'language', 'country')", name=op.f("ck_quiet_period_scope_dimension")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["quiet_period.id"], name=op.f("fk_quiet_period_scope_period_id_quiet_period")
        ),
        sa.PrimaryKeyConstraint("period_id", "dimension", "value", name=op.f("pk_quiet_period_scope")),
    )
    op.create_table(
        "campaign_person",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_person_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_person_person_id_person")),
        sa.PrimaryKeyConstraint("campaign_id", "person_id", name=op.f("pk_campaign_person")),
    )
    op.create_index(
        op.f("ix_campaign_person_campaign_id_campaign_person_accepted_at"),
        "campaign_person",
        ["campaign_id", "accepted_at"],
        unique=False,
    )
    op.create_index(op.f("ix_campaign_person_person_id"), "campaign_person", ["person_id"], unique=False)

    op.create_table(
        "certificate_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("status IN ('withdrawn', 'restored')", name=op.f("ck_certificate_status_status")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_certificate_status_by_id_person")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_status_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_status")),
    )
    op.create_index(
        op.f("ix_certificate_status_certificate_id"), "certificate_status", ["certificate_id"], unique=False
    )

    op.create_table(
        "clause_touch",
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("dimension IN ('channel', 'topic')", name=op.f("ck_clause_touch_dimension")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_clause_touch_clause_id_clause")),
        sa.PrimaryKeyConstraint("clause_id", "dimension", "value", name=op.f("pk_clause_touch")),
    )
    op.create_table(
        "paper_batch_item",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["paper_batch.id"], name=op.f("fk_paper_batch_item_batch_id_paper_batch")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_paper_batch_item_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_paper_batch_item")),
    )
    op.create_table(
        "profile_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_profile_entry_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_entry")),
        sa.UniqueConstraint("certificate_id", "network", name=op.f("uq_profile_entry_certificate_id_network")),
    )
    op.create_table(
        "status_entry",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.CheckConstraint("place BETWEEN 0 AND 131071", name=op.f("ck_status_entry_place")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_status_entry_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_status_entry")),
        sa.UniqueConstraint("list_number", "place", name=op.f("uq_status_entry_list_number_place")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.CheckConstraint("decision IN ('approved', 'declined')", name=op.f("ck_approval_decision")),
        sa.CheckConstraint(
            "role IN ('manager', 'hub', 'legal', 'care', 'board', 'coach')", name=op.f("ck_approval_role")
        ),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name=op.f("fk_approval_authorization_id_authorization")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_approval_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("authorization_id", "role", name=op.f("uq_approval_authorization_id_role")),
    )
    op.create_index(op.f("ix_approval_by_id"), "approval", ["by_id"], unique=False)

    op.create_table(
        "entitlement_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entitlement_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("return_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('to_give', 'given', 'to_return', 'returned', 'dropped')", name=op.f("ck_entitlement_task_state")
        ),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name=op.f("fk_entitlement_task_authorization_id_authorization")
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlement.id"], name=op.f("fk_entitlement_task_entitlement_id_entitlement")
        ),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_entitlement_task_given_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entitlement_task_person_id_person")),
        sa.ForeignKeyConstraint(
            ["returned_by_id"], ["person.id"], name=op.f("fk_entitlement_task_returned_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement_task")),
        sa.UniqueConstraint(
            "entitlement_id", "authorization_id", name=op.f("uq_entitlement_task_entitlement_id_authorization_id")
        ),
    )
    op.create_index(
        op.f("ix_entitlement_task_authorization_id"), "entitlement_task", ["authorization_id"], unique=False
    )
    op.create_index(op.f("ix_entitlement_task_person_id"), "entitlement_task", ["person_id"], unique=False)
    op.create_index(op.f("ix_entitlement_task_state"), "entitlement_task", ["state"], unique=False)

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_by_id", sa.Integer(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('leave', 'investigation', 'incident', 'guideline', 'dormant', 'move', 'contract', 'red_line', 'course', 'renewal', 'certificate', 'earlier', 'other')",
            name=op.f("ck_hold_cause"),
        ),
        sa.CheckConstraint("until >= starts_on", name=op.f("ck_hold_until")),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name=op.f("fk_hold_authorization_id_authorization")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_hold_lifted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_person_id_person")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name=op.f("fk_hold_placed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_person_id_hold_lifted_at"), "hold", ["person_id", "lifted_at"], unique=False)
    op.create_index(
        op.f("uq_hold_authorization"),
        "hold",
        ["authorization_id", "cause"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(
        op.f("uq_hold_person"),
        "hold",
        ["person_id", "cause"],
        unique=True,
        sqlite_where=sa.text("authorization_id IS NULL AND lifted_at IS NULL"),
        postgresql_where=sa.text("authorization_id IS NULL AND lifted_at IS NULL"),
    )

    op.create_table(
        "revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (confirmed IS NULL)", name=op.f("ck_revocation_decided")),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_revocation_two_people")),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name=op.f("fk_revocation_authorization_id_authorization")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_revocation_decided_by_id_person")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_revocation_proposed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
    )
    op.create_index(op.f("ix_revocation_authorization_id"), "revocation", ["authorization_id"], unique=False)
    op.create_index(
        op.f("uq_revocation_open"),
        "revocation",
        ["authorization_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    _take_guards_away()
    _change_levels()
    _change_certificates()
    _change_authorizations()
    _change_guidelines()
    _add("person", {"listed_as": (sa.String(), "full")})
    op.create_index(
        op.f("ix_person_name"),
        "person",
        ["family_name", "given_name", "id"],
        unique=False,
    )
    with _changing("handle") as table:
        table.add_column(sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
        table.drop_constraint(op.f("uq_handle_channel_name"), type_="unique")
        table.create_index(op.f("ix_handle_name"), ["name"], unique=False)
    _index_some("uq_handle_held", "handle", ["channel", "name"], "released_at IS NULL")
    for name in ("person_role", "level_scope"):
        with _changing(name):
            pass
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _change_levels() -> None:
    op.execute(
        "INSERT INTO level_requirement (level_id, position, kind, slug, renewal) SELECT level_id, "
        "(SELECT count(*) FROM level_course other WHERE other.level_id = level_course.level_id "
        "AND other.course_id <= level_course.course_id), 'course', course.slug, false "
        "FROM level_course JOIN course ON course.id = level_course.course_id"
    )
    op.drop_table("level_course")
    added = {
        "kind": (sa.String(), "level"),
        "renew_days": (sa.Integer(), "60"),
        "grace_days": (sa.Integer(), "14"),
        "samples": (sa.Integer(), "0"),
        "renewal_samples": (sa.Integer(), "0"),
        "by_appointment": (sa.Boolean(), sa.false()),
        "preapproval": (sa.Boolean(), sa.false()),
        "revision": (sa.Integer(), "1"),
    }
    _add(
        "level",
        added,
        attest_months=sa.Integer(),
        dormant_months=sa.Integer(),
        edited_at=sa.DateTime(timezone=True),
        retired_at=sa.DateTime(timezone=True),
    )


def _change_certificates() -> None:
    _add(
        "certificate",
        {"issue": (sa.Integer(), "1"), "correction": (sa.String(), "")},
        root_id=sa.Integer(),
        supersedes_id=sa.Integer(),
        erased_at=sa.DateTime(timezone=True),
    )
    with _changing("certificate") as table:
        table.drop_constraint(op.f("uq_certificate_person_id_level_id_cycle"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_certificate_person_id_level_id_cycle_issue"), ["person_id", "level_id", "cycle", "issue"]
        )
        table.create_unique_constraint(op.f("uq_certificate_supersedes_id"), ["supersedes_id"])
        table.create_foreign_key(op.f("fk_certificate_root_id_certificate"), "certificate", ["root_id"], ["id"])
        table.create_foreign_key(
            op.f("fk_certificate_supersedes_id_certificate"), "certificate", ["supersedes_id"], ["id"]
        )
        table.create_index(op.f("ix_certificate_root_id"), ["root_id"], unique=False)


def _change_authorizations() -> None:
    _add(
        "authorization",
        {"revision": (sa.Integer(), "1"), "preapproval": (sa.Boolean(), sa.false())},
        requested_by_id=sa.Integer(),
        until=sa.Date(),
    )
    with _changing("authorization") as table:
        table.alter_column("certificate_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key(op.f("fk_authorization_requested_by_id_person"), "person", ["requested_by_id"], ["id"])
        table.create_index(op.f("ix_authorization_status_authorization_ends_on"), ["status", "ends_on"], unique=False)
        table.drop_index(op.f("ix_authorization_person_id_authorization_status"))
        table.create_index(
            op.f("ix_authorization_of_person"),
            ["person_id", "status", "ends_on"],
            unique=False,
        )
    with _changing("authorization_scope") as table:
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint(op.f("pk_authorization_scope"), type_="primary")
        table.create_primary_key(op.f("pk_authorization_scope"), ["authorization_id", "revision", "dimension", "value"])
    with _changing("authorization_scope") as table:
        table.alter_column("revision", existing_type=sa.Integer(), server_default=None)
        table.create_index(
            op.f("ix_authorization_scope_value"),
            ["dimension", "value", "authorization_id"],
            unique=False,
        )
    _keep_one_request()
    _index_some(
        "uq_authorization_one_request",
        "authorization",
        ["person_id", "level_id"],
        "status IN ('requested', 'approved')",
    )
    flags = ("may_reply", "may_commit", "may_in_crisis")
    _add(
        "authorization_status",
        {
            "cause": (sa.String(), ""),
            "revision": (sa.Integer(), "1"),
            "ends_on": (sa.Date(), "2000-01-01"),
            "preapproval": (sa.Boolean(), sa.false()),
            **{flag: (sa.Boolean(), sa.false()) for flag in flags},
        },
    )
    values = ", ".join(
        f'{name} = (SELECT {name} FROM "authorization" a WHERE a.id = authorization_status.authorization_id)'
        for name in ("ends_on", *flags)
    )
    op.execute(f"UPDATE authorization_status SET {values}")
    op.execute(
        "INSERT INTO hold (person_id, authorization_id, cause, reason, starts_on, placed_at, placed_by_id, lift_reason) "
        "SELECT a.person_id, a.id, CASE WHEN s.reason LIKE 'Paused by rule: a quiz%' THEN 'course' ELSE 'earlier' END, "
        "s.reason, a.starts_on, s.at, s.by_id, '' FROM \"authorization\" a JOIN authorization_status s ON s.id = "
        "(SELECT max(id) FROM authorization_status WHERE authorization_id = a.id) WHERE a.status = 'suspended'"
    )


def _keep_one_request() -> None:
    """Of several requests that waited for one person and level, the newest waits on; the others have ended."""
    waits = (
        "status = 'requested' AND EXISTS (SELECT 1 FROM \"authorization\" b WHERE b.person_id = {a}.person_id "
        "AND b.level_id = {a}.level_id AND b.status = 'requested' AND b.id > {a}.id)"
    )
    op.execute(
        "INSERT INTO authorization_status (authorization_id, status, at, reason) SELECT id, 'ended', "
        f"CURRENT_TIMESTAMP, 'a newer request waits' FROM \"authorization\" a WHERE {waits.format(a='a')}"
    )
    table = '"authorization"'
    op.execute(f"UPDATE {table} SET status = 'ended' WHERE {waits.format(a=table)}")


def _change_guidelines() -> None:
    _add("attestation", {"tier": (sa.String(), ""), "country": (sa.String(), ""), "number": (sa.Integer(), "1")})
    with op.batch_alter_table("attestation") as table:
        table.drop_constraint(op.f("uq_attestation_person_id_version_id"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_attestation_person_id_version_id_number"), ["person_id", "version_id", "number"]
        )
    _add("clause", {}, tier=sa.String(), country=sa.String())
    _add("clause_text", {"body": (sa.String(), ""), "note": (sa.String(), "")})
    _add("guideline_text", {"intro": (sa.String(), ""), "changes": (sa.String(), "")})
    _add(
        "guideline_version",
        {"revision": (sa.Integer(), "1")},
        accept_by_on=sa.Date(),
        published_by_id=sa.Integer(),
        drafted_by_id=sa.Integer(),
    )
    with op.batch_alter_table("guideline_version") as table:
        table.alter_column("published_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        for name in ("published_by_id", "drafted_by_id"):
            table.create_foreign_key(op.f(f"fk_guideline_version_{name}_person"), "person", [name], ["id"])
    _index_some("uq_guideline_version_draft", "guideline_version", ["guideline_id"], "published_at IS NULL")
    _tell_bodies()


def _tell_bodies() -> None:
    """The Markdown of each part, which so far was kept in the whole text only."""
    connection = op.get_bind()
    for version, language, whole in connection.execute(
        sa.text("SELECT version_id, language, whole FROM guideline_text")
    ).all():
        parts = re.split(r"(?m)^## ([FD]\d+) .+$", whole.partition("\n")[2])
        connection.execute(
            sa.text("UPDATE guideline_text SET intro = :intro WHERE version_id = :version AND language = :language"),
            {"intro": parts[0].strip(), "version": version, "language": language},
        )
        for code, body in zip(parts[1::2], parts[2::2], strict=True):
            connection.execute(
                sa.text(
                    "UPDATE clause_text SET body = :body WHERE language = :language AND clause_id = "
                    "(SELECT id FROM clause WHERE version_id = :version AND code = :code)"
                ),
                {"body": body.strip(), "language": language, "version": version, "code": code},
            )


def _index_some(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _take_guards_away() -> None:
    for table, deeds in GUARDED.items():
        if op.get_bind().dialect.name == "sqlite":
            for deed in deeds:
                op.execute(f"DROP TRIGGER {table}_refuses_{deed}")
        else:
            op.execute(f"DROP TRIGGER {table}_refuses ON {table}")
            op.execute(f"DROP FUNCTION {table}_refuses()")


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
