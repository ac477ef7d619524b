"""Pages of chat pictures as images. They hold a buyer's words: never kept by a cache, seen by who sees the order."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from seawall.incidents import queries as incidents
from seawall.incidents.api import Case
from seawall.tenancy.api import Actor, get_scoped
from seawall.web.desk import Desk, desk_page


@require_safe
@desk_page("incident.read")
def picture(desk: Desk, code: str, pk: int, page: int) -> HttpResponseBase:
    """A page of the picture of one order. Raises NotFound(picture_page_missing)."""
    incident = incidents.incident_by_code(desk.actor, code)
    return image_answer(desk.actor, get_scoped(Case, desk.actor, incident_id=incident.pk, pk=pk), page)


def image_answer(actor: Actor, case: Case, page: int) -> HttpResponse:
    """The image itself. Raises NotFound(picture_page_missing)."""
    answer = HttpResponse(incidents.picture_page(actor, case, page), content_type="image/png")
    name = content_disposition_header(False, f"{case.order.platform_order_id}-{page}.png")
    answer.headers["Content-Disposition"] = name or "inline"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
