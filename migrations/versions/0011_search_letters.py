"""Keep the words of each letter where they are found, and let nobody find what is not theirs.

Why: a clerk looks for a letter by what it says. Words and runs of four signs lie in one index of
their own making, because PostgreSQL knows no Thai words; the folded text lies in a trigram index,
for what is misspelt.

Under the API's role only leakproof operators may look into an index before the policy has its say,
and none of these is: a search would read every letter. So the owner searches, in a function that
asks the session itself for whom; what it returns is an id and a place in the order.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CLASSES = "'normal', 'secret', 'very_secret', 'top_secret'"
_URGENCIES = "'normal', 'urgent', 'very_urgent', 'most_urgent', 'urgent_within'"

_OUR_LETTER = "EXISTS (SELECT FROM my_letter l WHERE l.id = letter_id OFFSET 0)"

# What is found is looked at letter by letter, newest first, until the page is full. Only where the
# newest that say it are others' letters, the reader's own circulars are named before the search
# goes on, if they are few: to plan with thousands of names takes longer than most searches.
#
# A search looks at the newest letters first and goes back in steps: what everybody writes is not
# sorted by the million. Of few matches in a step, all that is older is looked through at once. A
# long page takes as many at a time as fill it.
#
# The planner does not know what it costs to read long texts that lie elsewhere, so it is led to the
# index of words.
#
# `grades` are tsqueries, the best first; what a better one finds is not found again. On a first page
# that is what was given already: to ask the index for what is not a better match takes ten times
# as long. Grade 0 is what is written nearly so: one sign is another, missing or too many.
_FIND = """
CREATE FUNCTION find_in_letters(
    desks uuid[], classes text[], grades text[], alike text, near text,
    direction text, from_grade smallint, before bigint, most integer, registries uuid[], since date,
    until date, of_urgency text, of_class text, of_circulars boolean
) RETURNS TABLE (letter_id uuid, grade smallint, place bigint, is_partial boolean)
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp SET max_parallel_workers_per_gather = 0 SET work_mem = '32MB'
SET jit = off SET enable_seqscan = off SET enable_indexscan = off SET random_page_cost = 0.1
AS $$
DECLARE
    newest CONSTANT integer := greatest(500, most);
    steps CONSTANT integer := 8;
    mine uuid[];
    is_named boolean := desks IS NULL OR direction IS NOT DISTINCT FROM 'sent';
    conditions text;
    matches text := 's.words @@ $1';
    query tsquery;
    better tsquery;
    ids uuid[];
    given uuid[] := '{}';
    places bigint[];
    issuers uuid[];
    circulars uuid[];
    step integer;
    oldest bigint;
    taken integer := 0;
    last bigint;
    found integer;
    is_over boolean;
BEGIN
    conditions := CASE WHEN direction = 'sent' THEN ' AND s.registry_id = ANY ($4)' ELSE '' END
        || CASE WHEN registries IS NULL THEN '' ELSE ' AND s.registry_id = ANY ($6)' END
        || CASE WHEN since IS NULL THEN '' ELSE ' AND s.dated >= $7' END
        || CASE WHEN until IS NULL THEN '' ELSE ' AND s.dated <= $8' END
        || CASE WHEN of_urgency IS NULL THEN '' ELSE ' AND s.urgency = $9' END
        || CASE WHEN of_class IS NULL THEN '' ELSE ' AND s.secrecy = $10' END
        || CASE WHEN of_circulars IS NULL THEN '' ELSE ' AND s.is_circular = $11' END;
    FOR nth IN 1 .. cardinality(grades) + 1 LOOP
        grade := cardinality(grades) + 1 - nth;
        IF grade = 0 THEN
            -- Only where nothing at all was found.
            EXIT WHEN alike IS NULL OR taken > 0 OR from_grade > 0;
            query := near::tsquery;
            matches := 's.folded ~ $12' || CASE WHEN near IS NULL THEN ''
                ELSE ' AND s.words @@ $1' END;
        ELSE
            CONTINUE WHEN grades[nth] IS NULL;
            query := grades[nth]::tsquery;
            IF from_grade IS NOT NULL THEN
                query := query && coalesce(!!better, '');
                better := coalesce(better, '') || grades[nth]::tsquery;
                CONTINUE WHEN grade > from_grade;
            END IF;
        END IF;
        last := CASE WHEN grade = from_grade THEN before ELSE 9223372036854775807 END;
        step := 0;
        oldest := oldest_of(last);
        LOOP
            EXECUTE format(
                'SELECT array_agg(letter_id), array_agg(place), array_agg(registry_id),
                    array_agg(circular_id)
                FROM (SELECT s.letter_id, s.place, s.registry_id, s.circular_id
                    FROM letter_search s
                    WHERE %1$s AND s.place%2$s < $2 AND s.place%2$s >= $3
                        AND s.secrecy = ANY ($13)%3$s%5$s
                    ORDER BY s.place + 0 DESC FETCH FIRST %4$s ROWS WITH TIES) newest',
                matches, CASE oldest WHEN 0 THEN ' + 0' ELSE '' END, conditions, newest,
                CASE given WHEN '{}' THEN '' ELSE ' AND s.letter_id <> ALL ($14)' END)
            INTO ids, places, issuers, circulars
            USING query, last, oldest, desks, mine, registries, since, until, of_urgency, of_class,
                of_circulars, alike, classes, given;
            found := coalesce(cardinality(ids), 0);
            FOR one IN 1 .. found LOOP
                -- Letters of one instant share a page.
                IF taken >= most AND places[one] <> place THEN
                    letter_id := NULL;
                    is_partial := false;
                    RETURN NEXT;
                    RETURN;
                END IF;
                CONTINUE WHEN desks IS NOT NULL AND NOT (issuers[one] = ANY (desks)
                    OR EXISTS (SELECT FROM my_letter l WHERE l.id = ids[one]));
                CONTINUE WHEN direction = 'received' AND NOT EXISTS (
                    SELECT FROM my_received r JOIN dispatch d ON d.id = r.dispatch_id
                    WHERE r.circular_id = circulars[one] AND ids[one] = ANY (d.letters));
                letter_id := ids[one];
                place := places[one];
                is_partial := false;
                taken := taken + 1;
                given := given || letter_id;
                RETURN NEXT;
            END LOOP;
            is_over := found < newest;
            last := CASE WHEN is_over THEN oldest ELSE places[found] END;
            EXIT WHEN is_over AND oldest = 0;
            step := step + 1;
            IF taken >= most OR step >= steps THEN
                -- Full, or enough; what is left was not looked at.
                letter_id := NULL;
                is_partial := taken < most;
                IF is_partial THEN
                    place := last;
                END IF;
                RETURN NEXT;
                RETURN;
            END IF;
            IF NOT is_over AND NOT is_named THEN
                is_named := true;
                mine := circulars_of(desks);
                conditions := conditions || CASE WHEN mine IS NULL THEN ''
                    ELSE ' AND (s.registry_id = ANY ($4) OR s.circular_id = ANY ($5))' END;
            END IF;
            IF is_over THEN
                oldest := CASE WHEN found < 100 AND grade > 1 THEN 0 ELSE oldest_of(last) END;
            END IF;
        END LOOP;
        IF taken >= most THEN
            letter_id := NULL;
            is_partial := false;
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
END $$
"""

# Circulars that came to desks or were sent by them; NULL where they are many.
_CIRCULARS = """
CREATE FUNCTION circulars_of(desks uuid[]) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
    few CONSTANT integer := 10000;
    many integer := 0;
    mine uuid[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT part.circular_id), '{}'), max(part.nth) INTO mine, many FROM (
        SELECT h.circular_id, row_number() OVER () AS nth FROM (
            SELECT hop.circular_id FROM hop
            WHERE recipient_registry_id = ANY (desks) LIMIT few + 1) h
        UNION ALL
        SELECT d.circular_id, row_number() OVER () FROM (
            SELECT dispatch.circular_id FROM dispatch
            WHERE sender_registry_id = ANY (desks) LIMIT few + 1) d
        UNION ALL
        SELECT n.circular_id, row_number() OVER () FROM (
            SELECT notice.circular_id FROM notice
            WHERE registry_id = ANY (desks) LIMIT few + 1) n
    ) part;
    RETURN CASE WHEN many > few THEN NULL ELSE mine END;
END $$
"""

# The end of a step back; nowhere in particular while the ledger is small.
_OLDEST = """
CREATE FUNCTION oldest_of(last bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
    width CONSTANT integer := 100000;
BEGIN
    IF (SELECT reltuples FROM pg_class WHERE oid = 'letter_search'::regclass) < 2 * width THEN
        RETURN 0;
    END IF;
    RETURN coalesce((SELECT s.place FROM letter_search s WHERE s.place < last
        ORDER BY s.place DESC OFFSET width LIMIT 1), 0);
END $$
"""

_ASKED = """grades text[], alike text, near text, direction text, from_grade smallint, before bigint,
    most integer, registries uuid[], since date, until date, of_urgency text, of_class text,
    of_circulars boolean"""
_FOUND = "(letter_id uuid, grade smallint, place bigint, is_partial boolean)"
_GIVEN = """grades, alike, near, direction, from_grade, before, most, registries, since, until,
        of_urgency, of_class, of_circulars"""
_SIGNATURE = """text[], text, text, text, smallint, bigint, integer, uuid[], date, date, text, text,
    boolean"""

# For whoever is signed in: desks and clearance are those of the session and nobody's to name.
_SEARCH = f"""
CREATE FUNCTION search_letters({_ASKED}) RETURNS TABLE {_FOUND}
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF my_desks() IS NULL OR my_classes() IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM find_in_letters(my_desks(), my_classes(), {_GIVEN});
END $$
"""  # noqa: S608 (our own words)

# For an operator, who belongs to no desk: everything that is not secret.
_SEARCH_ALL = f"""
CREATE FUNCTION search_every_letter({_ASKED}) RETURNS TABLE {_FOUND}
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM find_in_letters(NULL, ARRAY['normal'], {_GIVEN});
END $$
"""  # noqa: S608 (our own words)

_RIGHTS = f"""
REVOKE ALL ON FUNCTION find_in_letters(uuid[], text[], {_SIGNATURE}) FROM PUBLIC;
REVOKE ALL ON FUNCTION oldest_of(bigint), circulars_of(uuid[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION search_letters({_SIGNATURE}) FROM PUBLIC;
REVOKE ALL ON FUNCTION search_every_letter({_SIGNATURE}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_letters({_SIGNATURE}) TO wian_app, wian_worker;
GRANT EXECUTE ON FUNCTION search_every_letter({_SIGNATURE}) TO wian_worker;
GRANT SELECT, INSERT ON letter_search TO wian_app;
GRANT SELECT, INSERT, UPDATE (words, folded, rules) ON letter_search TO wian_worker
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("CREATE EXTENSION pg_trgm")
    _create_table()
    for function in (_OLDEST, _CIRCULARS, _FIND, _SEARCH, _SEARCH_ALL):
        op.execute(function)
    op.execute(_RIGHTS)
    op.execute("ALTER TABLE letter_search ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY desk ON letter_search TO wian_app"
        f" USING ({_OUR_LETTER}) WITH CHECK ({_OUR_LETTER})"
    )
    op.execute(
        "CREATE POLICY worker ON letter_search TO wian_worker USING (true) WITH CHECK (true)"
    )


def _create_table() -> None:
    op.create_table(
        "letter_search",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("is_circular", sa.Boolean(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"secrecy IN ({_CLASSES})", name=op.f("ck_letter_search_secrecy_known")),
        sa.CheckConstraint(
            f"urgency IN ({_URGENCIES})", name=op.f("ck_letter_search_urgency_known")
        ),
        sa.CheckConstraint(
            "place >= 0 AND place < 1152921504606846976",
            name=op.f("ck_letter_search_place_60_bits"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_search_letter_id_letter")
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_search")),
    )
    # A search walks over rows without their long texts, so these lie elsewhere.
    op.execute("ALTER TABLE letter_search SET (toast_tuple_target = 128)")
    for column in ("place", "registry_id", "circular_id"):
        op.create_index(op.f(f"ix_letter_search_{column}"), "letter_search", [column])
    # Every search reads all of what is still to be sorted in. Some eighty letters at a time are
    # sorted in with half the work that twenty take, and to read them takes half a millisecond.
    op.create_index(
        op.f("ix_letter_search_words"),
        "letter_search",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": "2048"},
    )
    op.create_index(
        op.f("ix_letter_search_folded"),
        "letter_search",
        ["folded"],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": "2048"},
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function in ("search_every_letter", "search_letters"):
        op.execute(f"DROP FUNCTION {function}({_SIGNATURE})")
    op.execute(f"DROP FUNCTION find_in_letters(uuid[], text[], {_SIGNATURE})")
    op.execute("DROP FUNCTION oldest_of(bigint), circulars_of(uuid[])")
    op.drop_table("letter_search")
    op.execute("DROP EXTENSION pg_trgm")
