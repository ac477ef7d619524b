"""One order's evidence, taken out of a sealed pack for whoever may see both."""

import tempfile
from pathlib import Path

from seawall.evidence.api import Pack, TimeStamp, extract_order
from seawall.incidents.models import Case
from seawall.incidents.places import pack_path
from seawall.kernel.errors import NotFound
from seawall.tenancy.api import Actor, get_scoped, scoped


def extract_of_case(pack: Pack, case: Case, *, by: Actor) -> bytes:
    """The extract of a case's order from a pack of the same storm, with a token that came later.

    Raises NotFound for a pack or case the actor does not see or of two storms, and what `extract_order` raises.
    """
    by.require("evidence.read")
    pack = get_scoped(Pack, by, pk=pack.pk)
    case = get_scoped(Case, by, pk=case.pk, incident_id=pack.incident_id)
    order = case.order
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "order.zip"
        extract_order(pack_path(pack), order.platform_order_id, out, shop=order.shop.code, token=token_of(pack, by=by))
        return out.read_bytes()


def token_of(pack: Pack, *, by: Actor) -> bytes | None:
    """The token that came after the sealing; None where there is none, or where it is in the pack itself."""
    by.require("evidence.read")
    row = scoped(TimeStamp, by).filter(pack_id=pack.pk, stamped_at__isnull=False, is_inside=False).first()
    return bytes(row.token) if row is not None else None


def token_file(pack: Pack, *, by: Actor) -> tuple[str, bytes]:
    """Name and bytes of that token as a file beside the pack. Raises NotFound(web_no_token)."""
    token = token_of(pack, by=by)
    if token is None:
        raise NotFound("web_no_token", number=pack.number)
    return f"{pack_path(pack).name}.tsr", token
