"""What other capabilities and the command line may use of the order import. Needs neither Django nor a database."""

from seawall.orders.imports.mapping import FIELDS, ColumnMapping, dump_mapping, load_mapping, propose
from seawall.orders.imports.merge import merged
from seawall.orders.imports.planning import Change, ImportPlan, OrderKey, PlannedOrder, plan
from seawall.orders.imports.read import read_bytes, read_file
from seawall.orders.imports.reading import FileReading
from seawall.orders.imports.records import (
    ExportKind,
    LineRecord,
    OrderRecord,
    OrderStatus,
    ParcelRecord,
    ProblemParcelRecord,
)
from seawall.orders.imports.refusals import FileRefused, FileWarning, RejectCode, Rejection, WarningCode
from seawall.orders.imports.report import dry_run_json, neutralised, write_rejects

__all__ = [
    "FIELDS",
    "Change",
    "ColumnMapping",
    "ExportKind",
    "FileReading",
    "FileRefused",
    "FileWarning",
    "ImportPlan",
    "LineRecord",
    "OrderKey",
    "OrderRecord",
    "OrderStatus",
    "ParcelRecord",
    "PlannedOrder",
    "ProblemParcelRecord",
    "RejectCode",
    "Rejection",
    "WarningCode",
    "dry_run_json",
    "dump_mapping",
    "load_mapping",
    "merged",
    "neutralised",
    "plan",
    "propose",
    "read_bytes",
    "read_file",
    "write_rejects",
]
