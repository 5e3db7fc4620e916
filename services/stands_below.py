"""Who must send a letter on: one rule, as SQL, for plans and for dispatches."""

EDGES = """
edges AS NOT MATERIALIZED (
    SELECT child_id, parent_id, kind FROM organization_edge
    WHERE valid_from <= :today AND (valid_until IS NULL OR valid_until >= :today)
)
"""
"""What stands above what on the day `:today`."""

# An office inside a body (ส่วนราชการภายใน) sends on to those who stand below the whole body.
STEPS = """
steps AS (
    SELECT parent_id AS upper, child_id AS lower FROM edges
    UNION
    SELECT part.child_id, below.child_id FROM edges part
    JOIN edges below ON below.parent_id = part.parent_id AND below.kind <> 'section_of'
    WHERE part.kind = 'section_of'
)
"""
"""Who sends on to whom; comes behind `EDGES`."""

FORWARDS = """
    (EXISTS (SELECT FROM edges below WHERE below.parent_id = o.id) OR EXISTS (
        SELECT FROM edges part JOIN edges below ON below.parent_id = part.parent_id
        WHERE part.child_id = o.id AND part.kind = 'section_of' AND below.kind <> 'section_of'
    ))
"""
"""Whether an organization `o` has others below it, itself or as part of another."""
