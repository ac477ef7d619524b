"""The statements of the order store. Parameters: team, shop, now, life (statuses in the order of life), before."""

# ruff: noqa: S608  # what is put together here is our own column names; values travel as parameters

_TEXTS = ("cancel_reason", "cancel_by", "buyer_handle", "buyer_name", "remark")
_TIMES = ("ordered_at", "paid_at", "ship_by", "shipped_at", "delivered_at", "cancelled_at")
COLUMNS = (
    "platform_order_id", "status", "status_raw", *_TIMES, *_TEXTS, "phone", "currency", "total", "is_phone_masked",
    "address", "lines", "digest", "source_sha256", "source_row",
)  # fmt: skip
_MERGED = tuple(name for name in COLUMNS if name != "platform_order_id")
_SHOWN = tuple(name for name in _MERGED if name not in ("digest", "source_sha256", "source_row"))
"""What makes a stored order another one; where it was read is not of it."""

STAGING = """
CREATE TEMP TABLE staged_orders (
    platform_order_id text, status text, status_raw jsonb,
    ordered_at timestamptz, paid_at timestamptz, ship_by timestamptz, shipped_at timestamptz,
    delivered_at timestamptz, cancelled_at timestamptz,
    cancel_reason text, cancel_by text, buyer_handle text, buyer_name text, remark text, phone text,
    currency text, total numeric(18, 2), is_phone_masked boolean, address jsonb, lines jsonb,
    digest text, source_sha256 text, source_row integer
) ON COMMIT DROP;
CREATE TEMP TABLE staged_parcels (
    platform_order_id text, tracking_number text, package_id text, carrier text
) ON COMMIT DROP;
"""

INSERT = f"""
INSERT INTO orders_order (team_id, shop_id, first_seen_at, last_seen_at, {", ".join(COLUMNS)})
SELECT %(team)s, %(shop)s, %(now)s, %(now)s, {", ".join(COLUMNS)} FROM staged_orders
ON CONFLICT (shop_id, platform_order_id) DO NOTHING
"""

_LINES = """
    s.lines || (SELECT coalesce(jsonb_agg(old.line ORDER BY old.place), '[]')
                  FROM jsonb_array_elements(o.lines) WITH ORDINALITY AS old(line, place)
                 WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(s.lines) AS new(line)
                                    WHERE {same}))
"""
_SAME_LINE = " AND ".join(
    f"new.line->>'{name}' IS NOT DISTINCT FROM old.line->>'{name}'" for name in ("line_id", "sku", "title", "variation")
)


def _value(name: str) -> str:
    """How one column of a stored order (o) and what a file says (s) become one. `leads`: the file's word goes first."""
    if name in _TIMES or name == "total":
        return f"CASE WHEN leads THEN coalesce(s.{name}, o.{name}) ELSE coalesce(o.{name}, s.{name}) END"
    if name in ("phone", "is_phone_masked"):
        return f"CASE WHEN s.phone <> '' AND ({_BETTER_PHONE}) THEN s.{name} ELSE o.{name} END"
    if name == "currency":
        return "CASE WHEN s.total IS NOT NULL AND (leads OR o.total IS NULL) THEN s.currency ELSE o.currency END"
    if name == "lines":
        first, rest = _LINES.format(same=_SAME_LINE), _LINES.format(same=_SAME_LINE)
        turned = rest.replace("s.lines", "x.lines").replace("o.lines", "s.lines").replace("x.lines", "o.lines")
        return f"CASE WHEN s.lines = o.lines THEN o.lines WHEN leads THEN {first} ELSE {turned} END"
    if name in ("digest", "source_sha256", "source_row"):
        return f"CASE WHEN leads THEN s.{name} ELSE o.{name} END"
    nothing = {"status_raw": "'[]'::jsonb", "address": "'{}'::jsonb"}.get(name, "''")
    return f"CASE WHEN s.{name} <> {nothing} AND (leads OR o.{name} = {nothing}) THEN s.{name} ELSE o.{name} END"


_BETTER_PHONE = """
    o.phone = '' OR (leads AND (o.is_phone_masked OR NOT s.is_phone_masked))
                 OR (o.is_phone_masked AND NOT s.is_phone_masked)
"""
"""A number with hidden digits never takes the place of a whole one."""

# A file that was applied before may lead only where its own word still stands: read anew, it is the same file.
MERGE = f"""
UPDATE orders_order o SET {", ".join(f"{name} = m.{name}" for name in _MERGED)}, last_seen_at = %(now)s
  FROM (SELECT o.id, {", ".join(f"{_value(name)} AS {name}" for name in _MERGED)}
          FROM staged_orders s
          JOIN orders_order o ON o.shop_id = %(shop)s AND o.platform_order_id = s.platform_order_id,
       LATERAL (SELECT coalesce(array_position(%(life)s::text[], s.status), 0)
                         >= coalesce(array_position(%(life)s::text[], o.status::text), 0)
                       AND (s.source_sha256 <> ALL(%(before)s::text[]) OR s.source_sha256 = o.source_sha256)
                       AS leads) AS l
         WHERE o.digest <> s.digest) m
 WHERE o.id = m.id
   AND ({", ".join(f"m.{name}" for name in _SHOWN)}) IS DISTINCT FROM ({", ".join(f"o.{name}" for name in _SHOWN)})
"""

_ORDERS = "JOIN orders_order o ON o.shop_id = %(shop)s AND o.platform_order_id = s.platform_order_id"
_SAME_PARCEL = """
    (s.tracking_number <> '' AND p.tracking_number = s.tracking_number
     AND (p.package_id = s.package_id OR p.package_id = '' OR s.package_id = ''))
 OR (s.package_id <> '' AND p.package_id = s.package_id AND (p.tracking_number = '' OR s.tracking_number = ''))
"""

ONE_PARCEL = """
DELETE FROM staged_parcels s USING staged_parcels p
 WHERE p.platform_order_id = s.platform_order_id AND (
       (s.tracking_number = '' AND p.tracking_number <> '' AND p.package_id = s.package_id)
    OR (s.package_id = '' AND p.package_id <> '' AND p.tracking_number = s.tracking_number))
"""
"""What one file says in two halves (a package id here, its tracking number there) is one parcel."""

FILL_PARCELS = f"""
UPDATE orders_parcel p
   SET tracking_number = m.tracking_number, package_id = m.package_id, carrier = m.carrier
  FROM (SELECT DISTINCT ON (id) * FROM (
            SELECT DISTINCT ON (p.order_id, s.tracking_number, s.package_id) p.id,
                   coalesce(nullif(p.tracking_number, ''), s.tracking_number) AS tracking_number,
                   coalesce(nullif(p.package_id, ''), s.package_id) AS package_id,
                   coalesce(nullif(p.carrier, ''), s.carrier) AS carrier
              FROM staged_parcels s {_ORDERS} JOIN orders_parcel p ON p.order_id = o.id AND ({_SAME_PARCEL})
             ORDER BY p.order_id, s.tracking_number, s.package_id, p.tracking_number DESC, p.package_id DESC
        ) AS one_row_each ORDER BY id) m
 WHERE p.id = m.id AND (p.tracking_number, p.package_id, p.carrier) <> (m.tracking_number, m.package_id, m.carrier)
"""

INSERT_PARCELS = f"""
INSERT INTO orders_parcel (team_id, order_id, tracking_number, package_id, carrier)
SELECT DISTINCT ON (o.id, s.tracking_number, s.package_id)
       %(team)s, o.id, s.tracking_number, s.package_id, s.carrier
  FROM staged_parcels s {_ORDERS}
 WHERE NOT EXISTS (SELECT 1 FROM orders_parcel p WHERE p.order_id = o.id AND ({_SAME_PARCEL}))
ON CONFLICT (order_id, tracking_number, package_id) DO NOTHING
"""

TIE = (
    """
UPDATE orders_problemparcel p SET order_id = o.id
  FROM orders_order o
 WHERE p.shop_id = %(shop)s AND p.order_id IS NULL AND p.platform_order_id <> ''
   AND o.shop_id = p.shop_id AND o.platform_order_id = p.platform_order_id
""",
    """
UPDATE orders_problemparcel p SET order_id = q.order_id
  FROM orders_parcel q JOIN orders_order o ON o.id = q.order_id
 WHERE p.shop_id = %(shop)s AND p.order_id IS NULL AND o.shop_id = p.shop_id
   AND q.team_id = p.team_id AND q.tracking_number = p.tracking_number
""",
)
