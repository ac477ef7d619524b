"""Every form of every page, sent twice as an impatient finger or a slow line sends it: one effect, and never a fault.

The forms are read off the pages themselves and filled as a person would fill them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import resolve
from tests.kit.by_hand import a_shot
from tests.kit.every_page import Place, Scene, a_scene, client_for, every_place
from tests.kit.storm import Desk

pytestmark = pytest.mark.django_db

WORDS = {
    "username": "mai", "name": "Mai", "code": "s019", "why": "said so", "comment": "as agreed", "typed": "S-0001",
    "q": "1", "from": "09:00", "until": "18:00", "message_id": "m1", "note": "a ship came in", "person": "",
    "login": "nobody", "password": "nothing", "email": "someone@shop.example",
}  # fmt: skip
"""What a person types, by the field's name."""

SPENT = {"csrfmiddlewaretoken"}


@dataclass
class Form:
    """A form as it stands on a page, with one of its buttons."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, value, and an address of its own."""
    files: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that change something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", "")) if given.get("method", "").lower() == "post" else None
            if self._form:
                self.found.append(self._form)
        elif self._form is not None:
            self._part(tag, given, self._form)

    def _part(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "button":
            form.buttons.append((name, given.get("value", ""), given.get("formaction", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if self._select not in form.fields or "selected" in given:
                form.fields[self._select] = [given.get("value", "")]
        elif tag == "textarea" and name:
            form.fields[name] = [WORDS.get(name, "words")]
        elif tag == "input" and kind == "file":
            form.files.append(name)
        elif tag == "input" and name and kind in ("checkbox", "radio"):
            if name not in form.fields or kind == "checkbox":
                form.fields.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and name:
            form.fields[name] = [given.get("value") or WORDS.get(name, "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def sendings(page: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each form of a page with each of its buttons: where it goes and what it says."""
    parser = Forms()
    parser.feed(page)
    for form in parser.found:
        for name, value, address in form.buttons or [("", "", "")]:
            said: dict[str, Any] = dict(form.fields)
            if name:
                said[name] = [value]
            yield address or form.action or path, {**said, **dict.fromkeys(form.files, "FILE")}


def filled(said: dict[str, Any]) -> dict[str, Any]:
    """With fresh files, since a sent one is read to its end; the same bytes each time."""
    return {
        name: SimpleUploadedFile("screen.png", SHOT, "image/png") if value == "FILE" else value
        for name, value in said.items()
    }


SHOT = a_shot()
EACH_TIME_ANEW = {
    "seat_copy": {"outreach_recipient"},
    "seat_take": {"outreach_recipient"},
    "inbox_next": {"inbox_conversation", "timeline_entry"},
    "member_link": {"timeline_entry", "tenancy_signinlink"},
    "link": {"timeline_entry", "incidents_approvallink"},
    "links": {"timeline_entry", "incidents_approvallink"},
}
"""Acts whose second time takes the place of the first, with the tables that show it: words are copied again, a batch is
kept longer, a new link kills the one before it, and that stands on the timeline. One thing holds in the end. The next
buyer taken twice is two buyers in hand, both shown as mine."""


def everything() -> dict[str, tuple[int, str]]:
    """Rows and a digest of each table of ours; sign-ins leave their time with the user."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("seawall.") and model._meta.db_table != "tenancy_user"
    ]
    asked = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') "
        f"FROM {table} t"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name: (rows, digest) for name, rows, digest in cursor.fetchall()}


@pytest.fixture
def scene(desk: Desk) -> Scene:
    return a_scene(desk)


def test_every_form_survives_a_double_submit(scene: Scene) -> None:
    wrong: list[str] = []
    seen: set[tuple[str, str]] = set()
    for place in every_place(scene):
        page = client_for(place.who).get(place.path).content.decode()
        for path, said in sendings(page, place.path):
            key = (path, str({name: said[name] for name in said if name not in SPENT | {"next"}}))
            if key in seen:
                continue
            seen.add(key)
            wrong += twice(place, path, said)
    assert len(seen) > 40, seen
    assert wrong == [], "\n" + "\n".join(wrong)


def twice(place: Place, path: str, said: dict[str, Any]) -> list[str]:
    """What goes wrong when a form is sent twice; nothing of it is kept."""
    browser = client_for(place.who)
    browser.raise_request_exception = False
    acts = {name: said[name] for name in said if name in ("act", "decision", "how", "purpose")}
    what = f"{place}: POST {path} {acts}"
    with transaction.atomic():
        before = everything()
        first = browser.post(path, filled(said))
        between = everything()
        second = browser.post(path, filled(said))
        after = everything()
        transaction.set_rollback(True)
    if first.status_code >= 500 or second.status_code >= 500:
        return [f"{what}: {first.status_code}, {second.status_code}"]
    changed = {
        name: after[name][0] - between[name][0]
        for name in after
        if after[name] != between[name] and name not in EACH_TIME_ANEW.get(resolve(path).url_name or "", ())
    }
    if changed and before != between:
        return [f"{what}: {first.status_code}, {second.status_code}, the second changed {changed}"]
    return []
