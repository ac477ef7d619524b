"""The script studio for every kind of storm, and for the second contact."""

from collections.abc import Callable

import pytest
from tests.kit.storm import Desk, Storm, confirm, deliver, tend_all
from tests.web.conftest import client_of

from seawall.incidents.api import OpenIncident, library_wording, open_incident, wordings_for
from seawall.incidents.models import IncidentKind
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.outreach.api import STEPS
from seawall.scripts.api import PLACEHOLDERS
from seawall.scripts.models import ScriptVersion
from seawall.web import script_words

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]


def page_of(storm: Storm) -> str:
    return f"/incidents/{storm.incident.code}/script/"


def test_every_place_variant_and_occasion_of_the_library_has_words() -> None:
    assert set(script_words.PLACEHOLDERS) == set(PLACEHOLDERS)
    begun = {pair for kind in IncidentKind.values for step in STEPS for pair in wordings_for(kind, step)}
    assert {variant for _occasion, variant in begun} == set(script_words.VARIANTS)
    assert {occasion for occasion, _variant in begun if occasion} == set(script_words.OCCASIONS)


@pytest.mark.parametrize("kind", IncidentKind.values)
def test_every_wording_of_every_kind_of_storm_can_be_begun_from(kind: str, desk: Desk) -> None:
    incident = open_incident(
        OpenIncident(seller_code="s017", kind=kind, title="Trouble", is_training=True), by=desk.lead, clock=SYSTEM_CLOCK
    )
    browser = client_of(desk.lead, language="zh-hans")
    page = f"/incidents/{incident.code}/script/"
    for choice in browser.get(page).context["choices"]["library"]:
        begun = browser.get(page, {"from": choice["name"]})
        assert begun.context["draft"].begun_from == choice["name"]
        assert {"zh-Hans", "th", "fil"} <= {view.language.value for view in begun.context["views"]}
        # What is posted back is what was shown: a further language is not lost on the way.
        fields = {"act": "check", "seen": "0", "from": choice["name"]}
        fields |= {f"text-{view.language.value}": view.text for view in begun.context["views"]}
        checked = browser.post(page, fields)
        assert [view.text for view in checked.context["views"]] == [view.text for view in begun.context["views"]]


def test_a_second_contact_has_words_of_its_own_in_the_follow_up(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out", orders=4)
    browser = client_of(desk.lead)
    early = browser.get(page_of(storm), {"step": "second_contact"})
    assert "once the first roll-out has ended" in early.content.decode()
    assert "<textarea" not in early.content.decode()
    while deliver(storm, 100):
        confirm(storm, 100)
        tend_all()
    assert storm.refresh().state == "follow_up"
    page = browser.get(page_of(storm), {"step": "second_contact"})
    thai = next(view for view in page.context["views"] if view.language.value == "th")
    assert thai.text == library_wording("customs_return", "second_contact")[Language.TH].text
    fields = {"act": "save", "step": "second_contact", "seen": "0"}
    for view in page.context["views"]:
        fields |= {f"text-{view.language.value}": view.text, f"gloss-{view.language.value}": view.gloss}
    saved = browser.post(page_of(storm), fields)
    assert saved["Location"] == f"{page_of(storm)}versions/1/?step=second_contact"
    shown = browser.get(saved["Location"])
    assert shown.context["version"].step == "second_contact"
    assert thai.text.split("{")[0] in shown.content.decode()
    assert browser.get(page_of(storm)).context["versions"][0].step == "first_contact"
    assert storm.refresh().state == "follow_up"
    assert ScriptVersion.objects.filter(incident=storm.incident).count() == 2
    odd = browser.get(page_of(storm), {"step": "third_contact"})
    assert odd.status_code == 422
