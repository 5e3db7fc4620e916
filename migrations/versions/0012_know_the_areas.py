"""Know the official areas: every province, district and subdistrict, with what became of old ones.

Why: a directory names its bodies by area, and people write areas wrongly. The rows come from a
release of GeoThai, which `wian db upgrade` brings in after the migrations: data changes more often
than the schema.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("abolished_on", sa.Date(), nullable=True),
        sa.Column(
            "successors",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("source_version", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('province', 'district', 'subdistrict')", name=op.f("ck_area_kind_known")
        ),
        sa.CheckConstraint("btrim(name_th) <> ''", name=op.f("ck_area_name_th_not_blank")),
        sa.CheckConstraint("code ~ '^([0-9]{2}){1,3}$'", name=op.f("ck_area_code_digits")),
        sa.CheckConstraint(
            "(kind = 'province') = (parent_code IS NULL)"
            " AND (parent_code IS NULL OR parent_code = left(code, length(code) - 2))",
            name=op.f("ck_area_parent_above"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["area.code"], name=op.f("fk_area_parent_code_area")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_parent_code"), "area", ["parent_code"])
    # Everybody's knowledge, so no policy; and nobody's but the owner's to change.
    op.execute("GRANT SELECT ON area TO wian_app, wian_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("area")
