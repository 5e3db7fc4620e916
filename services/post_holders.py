"""Who holds which post of a registry on a day: the part that several statements share."""

# To follow a part `desks` with the column `registry_id`; `:today` is a day in Bangkok. Whoever is
# named for a time takes the place of the usual holders. A post is empty where nobody is named, or
# where the person named has left the service.
HOLDERS = """
declared AS (
    SELECT period.registry_id, period.post, officer.id AS officer_id
    FROM post_period period
    LEFT JOIN officer ON officer.id = period.officer_id AND officer.closed_at IS NULL
    WHERE period.registry_id IN (SELECT registry_id FROM desks) AND period.withdrawn_at IS NULL
        AND :today BETWEEN period.first_day AND period.last_day
), holders AS (
    SELECT registry_id, post, officer_id, true AS is_acting
    FROM declared WHERE officer_id IS NOT NULL
    UNION ALL
    SELECT usual.registry_id, usual.role, usual.officer_id, false
    FROM officer_role usual
    JOIN officer ON officer.id = usual.officer_id AND officer.closed_at IS NULL
    WHERE usual.registry_id IN (SELECT registry_id FROM desks)
        AND usual.role IN ('clerk', 'head', 'deputy')
        AND NOT EXISTS (
            SELECT FROM declared
            WHERE declared.registry_id = usual.registry_id AND declared.post = usual.role
        )
)
"""
