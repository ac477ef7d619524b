"""What other capabilities may use of orders."""

from seawall.orders.buyers import buyer_hint
from seawall.orders.commands.import_files import (
    ImportFiles,
    ImportReport,
    apply_plan,
    import_files,
    order_ids_in,
    plan_import,
)
from seawall.orders.imports.api import ColumnMapping
from seawall.orders.lateness import is_late, late_orders
from seawall.orders.models import ImportFile, Order, Parcel, ProblemParcel

__all__ = [
    "ColumnMapping", "ImportFile", "ImportFiles", "ImportReport", "Order", "Parcel", "ProblemParcel", "apply_plan",
    "buyer_hint", "import_files", "is_late", "late_orders", "order_ids_in", "plan_import",
]  # fmt: skip
