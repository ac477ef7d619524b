"""orders.csv: the order list a person opens in a spreadsheet. Rebuilt by the verifier from orders.jsonl."""

from seawall.evidence.seal.canonical import instant, without_lone_surrogates
from seawall.evidence.seal.lines import Age, OrderLine
from seawall.kernel.cells import neutral
from seawall.kernel.markets import Market, Platform

COLUMNS = (
    "order_id", "order", "platform", "market", "shop", "shop_name", "status", "ordered_at", "shipped_at",
    "tracking_number", "item", "outcome", "grade", "grade_reason", "screenshot", "message_id", "message_sent_at",
    "sent_by", "cancellation", "cancellation_reason", "records",
)  # fmt: skip
"""`order` repeats the id behind platform and market: a cell that is not a number keeps all its digits in Excel."""

_SINCE = {"sent_by": Age.SENDER, "cancellation": Age.CANCELLATION, "cancellation_reason": Age.CANCELLATION}
_OF_AGE = {age: [at for at, name in enumerate(COLUMNS) if _SINCE.get(name, age) <= age] for age in Age}
"""Places of the columns that a pack of an age has."""

_PLACES = {(platform, market): f"{platform.title} {market.value} " for platform in Platform for market in Market}


def _cells(line: OrderLine) -> list[str]:
    order, found = line.order, line.grade
    # Only what came from outside is neutralised: our own codes and times begin with a letter or a digit.
    return [
        neutral(order.order_id),
        neutral(_PLACES[order.platform, order.market] + order.order_id),
        order.platform,
        order.market,
        neutral(order.shop),
        neutral(order.shop_name),
        neutral(order.status),
        instant(order.ordered_at) if order.ordered_at else "",
        instant(order.shipped_at) if order.shipped_at else "",
        neutral(order.tracking_number),
        neutral(order.item),
        neutral(order.outcome),
        found.grade,
        neutral(found.reason),
        "yes" if found.has_screenshot else "",
        neutral(found.message_id),
        instant(found.sent_at) if found.sent_at else "",
        neutral(order.sent_by),
        neutral(order.cancellation),
        neutral(order.cancellation_reason),
        str(len(line.records)),
    ]


def heading(age: Age = Age.CANCELLATION) -> bytes:
    """The mark that makes Excel read UTF-8, and the column names of a pack of this age."""
    return b"\xef\xbb\xbf" + _row([COLUMNS[at] for at in _OF_AGE[age]])


def row(line: OrderLine) -> bytes:
    """One order."""
    cells = _cells(line)
    return _row(cells if line.age is Age.CANCELLATION else [cells[at] for at in _OF_AGE[line.age]])


def _row(cells: list[str]) -> bytes:
    # RFC 4180 with every cell quoted, by hand: csv.writer into a buffer takes twice as long for 24,000 rows.
    if any('"' in cell for cell in cells):
        cells = [cell.replace('"', '""') for cell in cells]
    # As in orders.jsonl, a lone surrogate becomes U+FFFD.
    return without_lone_surrogates('"' + '","'.join(cells) + '"\r\n').encode("utf-8")
