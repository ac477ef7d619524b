"""Every form of every page, sent twice as an impatient finger or a slow line sends it: one effect, and never a fault.

The forms are read off the pages themselves and filled as a person would fill them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from tests.cli.kit import everything
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
OF_THE_VISIT = {"User", "SignInLink"}
"""Tables where a sign-in or sign-out leaves its time."""


@pytest.fixture
def scene(db: None) -> Scene:
    return a_scene(a_desk_of_the_forms())


def a_desk_of_the_forms() -> Desk:
    from tests.kit.storm import a_desk

    return a_desk("north")


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
        name: len(after[name]) - len(between[name])
        for name in after
        if name not in OF_THE_VISIT and after[name] != between[name]
    }
    if changed and before != between:
        return [f"{what}: {first.status_code}, {second.status_code}, the second changed {changed}"]
    return []
