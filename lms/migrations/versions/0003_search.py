"""Search.

Revision 0003, after 0002. The index is filled by `lms init`, which loads content after every upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# the full text of each database, written out so that it stays as it was
FULL_TEXT = {
    "sqlite": [
        "CREATE VIRTUAL TABLE search_words USING fts5(title_words, body_words, content='search_entry', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN INSERT INTO search_words (rowid, title_words, body_words) VALUES (NEW.id, NEW.title_words, NEW.body_words); END",
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN INSERT INTO search_words (search_words, rowid, title_words, body_words) VALUES ('delete', OLD.id, OLD.title_words, OLD.body_words); END",
        "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN INSERT INTO search_words (search_words, rowid, title_words, body_words) VALUES ('delete', OLD.id, OLD.title_words, OLD.body_words); INSERT INTO search_words (rowid, title_words, body_words) VALUES (NEW.id, NEW.title_words, NEW.body_words); END",
    ],
    "postgresql": [
        "CREATE TEXT SEARCH DICTIONARY search_english (TEMPLATE = pg_catalog.snowball, LANGUAGE = english)",
        "CREATE TEXT SEARCH CONFIGURATION search_english (COPY = pg_catalog.english)",
        "ALTER TEXT SEARCH CONFIGURATION search_english ALTER MAPPING REPLACE english_stem WITH search_english",
        "CREATE TEXT SEARCH DICTIONARY search_dutch (TEMPLATE = pg_catalog.snowball, LANGUAGE = dutch)",
        "CREATE TEXT SEARCH CONFIGURATION search_dutch (COPY = pg_catalog.dutch)",
        "ALTER TEXT SEARCH CONFIGURATION search_dutch ALTER MAPPING REPLACE dutch_stem WITH search_dutch",
        "CREATE TEXT SEARCH DICTIONARY search_french (TEMPLATE = pg_catalog.snowball, LANGUAGE = french)",
        "CREATE TEXT SEARCH CONFIGURATION search_french (COPY = pg_catalog.french)",
        "ALTER TEXT SEARCH CONFIGURATION search_french ALTER MAPPING REPLACE french_stem WITH search_french",
        "ALTER TABLE search_entry ADD COLUMN searched tsvector GENERATED ALWAYS AS (setweight(to_tsvector(CASE language WHEN 'en' THEN 'search_english'::regconfig WHEN 'nl' THEN 'search_dutch'::regconfig WHEN 'fr' THEN 'search_french'::regconfig ELSE 'pg_catalog.simple'::regconfig END, title_words), 'A') || setweight(to_tsvector(CASE language WHEN 'en' THEN 'search_english'::regconfig WHEN 'nl' THEN 'search_dutch'::regconfig WHEN 'fr' THEN 'search_french'::regconfig ELSE 'pg_catalog.simple'::regconfig END, body_words), 'D')) STORED",
        "CREATE INDEX ix_search_entry_searched ON search_entry USING gin (searched)",
    ],
}


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("guideline_version_id", sa.Integer(), nullable=True),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("lesson_kind", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_words", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("body_words", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('course', 'lesson', 'clause')", name=op.f("ck_search_entry_kind")),
        sa.CheckConstraint(
            "(kind = 'clause') = (guideline_version_id IS NOT NULL)", name=op.f("ck_search_entry_of_a_guideline")
        ),
        sa.CheckConstraint("(kind = 'clause') = (version_id IS NULL)", name=op.f("ck_search_entry_of_a_version")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_search_entry_course_id_course")),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"],
            ["guideline_version.id"],
            name=op.f("fk_search_entry_guideline_version_id_guideline_version"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_search_entry_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint(
            "guideline_version_id",
            "clause",
            "language",
            name=op.f("uq_search_entry_guideline_version_id_clause_language"),
        ),
        sa.UniqueConstraint(
            "version_id",
            "lesson",
            "variant",
            "language",
            name=op.f("uq_search_entry_version_id_lesson_variant_language"),
        ),
    )
    op.create_index(op.f("ix_search_entry_course_id"), "search_entry", ["course_id"], unique=False)
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)
