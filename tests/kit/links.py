"""Links for the seller, made by the desk as a person would, and the browser of whoever got one."""

import zipfile
from datetime import timedelta
from typing import Any

from django.test import Client
from tests.kit.rollout import Storm

from seawall.incidents.api import MadeLink, MakeLink, make_link, pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.tenancy.api import name_seller_person


def a_link(storm: Storm, purpose: str = "approve", *, name: str = "陈先生", **more: Any) -> MadeLink:
    """A link for a person of the seller, made by the lead."""
    person = name_seller_person("s017", name, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    cmd = MakeLink(purpose=purpose, person=person, lifetime=more.pop("lifetime", timedelta(hours=72)), **more)
    return make_link(storm.refresh(), cmd, by=storm.desk.lead, clock=SYSTEM_CLOCK)


def path_of_link(made: MadeLink) -> str:
    """The page's path."""
    return f"/a/{made.token}/"


def a_phone(**headers: str) -> Client:
    """A browser of nobody: no account, no session, as inside a chat program. Forms are checked as in earnest."""
    return Client(
        enforce_csrf_checks=True,
        headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49", **headers},
    )


def press(phone: Client, path: str, **given: str) -> Any:
    """Send the page's form, with the token that its cookie holds."""
    cookie = phone.cookies.get("seawall_csrf")
    return phone.post(path, {**given, "csrfmiddlewaretoken": cookie.value if cookie else ""})


def sealed(storm: Storm, part: str = "approval") -> str:
    """Seal a pack as the lead does; gives the text of its approvals, or of another part."""
    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    with zipfile.ZipFile(pack_path(pack)) as opened:
        names = [name for name in opened.namelist() if part in name]
        return "\n".join(opened.read(name).decode() for name in names)
