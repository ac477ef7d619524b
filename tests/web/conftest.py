"""Who looks at the pages: members of one team in every role, and a rival."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import translation
from tests.kit.storm import Desk, Storm, a_desk, a_storm, bring

from seawall.kernel.languages import Language
from seawall.kernel.texts import reading_in
from seawall.tenancy.api import Actor, User
from seawall.web.translations import MO, PO, compile_catalogue


@pytest.fixture(scope="session", autouse=True)
def chinese() -> None:
    """The catalogue Django reads is compiled, not kept: make it when it is missing or old."""
    if not MO.exists() or MO.stat().st_mtime < PO.stat().st_mtime:
        compile_catalogue()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences asked for outside a page come in English."""
    with reading_in(Language.EN), translation.override("en"):
        yield


@pytest.fixture
def desk(db: None) -> Desk:
    """A team with a person in every role."""
    return a_desk("north")


@pytest.fixture
def rival(db: None) -> Desk:
    """Another team, which must see and change nothing."""
    return a_desk("south")


def client_of(who: Actor, *, language: str = "en", csrf: bool = False) -> Client:
    """A browser of a signed-in member."""
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(User.objects.get(pk=who.user_id), backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["seawall_language"] = language
    return client


@pytest.fixture
def storm_at(desk: Desk) -> Callable[..., Storm]:
    """A storm of the team, brought to a stage."""

    def make(stage: str, *, orders: int = 30, unconnected: int = 0) -> Storm:
        return bring(a_storm(desk, orders=orders, unconnected=unconnected), stage)

    return make
