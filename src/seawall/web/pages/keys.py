"""A team's public keys, for anyone: whoever got a pack compares the key in it with what stands here. No sign-in."""

import base64
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from seawall.evidence.api import Generation, published_keys
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import NotAllowed, NotFound
from seawall.web.origin import address_of, slow_down
from seawall.web.pages.seller_link import MOST_UNKNOWN, SLOW_SPAN

_HEAD = """\
{team}
签名公钥  PUBLIC SIGNING KEYS

证据包中的 seal/public.pem 应与下列某一代相同；密钥编号是指纹的前 16 位。
seal/public.pem of an evidence pack should be one of these; the key id is the first 16 digits of the fingerprint.

    seawall evidence verify PACK.zip --key FINGERPRINT

前一代用自己的签名交接给后一代：任何人都可以用 openssl 核对（见证据包中的 seal/VERIFY.txt）。
Each generation hands over to the next by its signature, which anyone can check with openssl (seal/VERIFY.txt).
"""
_FOOT = """
请另存本页：服务器即使丢失，凭证据包与公钥仍可校验。
Keep a copy of this page: with the pack and the public key it can be verified even when this server is lost.
"""


@require_safe
def public_keys(request: HttpRequest, team: str) -> HttpResponse:
    """All generations of a team's public key as plain text. 404 alike for no such team and one that never sealed."""
    try:
        name, found = published_keys(team)
    except NotFound as error:
        return _says(_status_of_unknown(request), error)
    words = [_HEAD.format(team=name), *(_generation(each) for each in found), _FOOT]
    answer = HttpResponse("".join(words), content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _status_of_unknown(request: HttpRequest) -> int:
    """404; 429 for whoever tries many names, so that the list of teams cannot be had by guessing."""
    try:
        slow_down("unknown-keys", address_of(request), most=MOST_UNKNOWN, span=SLOW_SPAN, now=SYSTEM_CLOCK.now())
    except NotAllowed:
        return 429
    return 404


def _says(status: int, error: NotFound) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=status, content_type="text/plain; charset=utf-8")


def _generation(each: Generation) -> str:
    lines = [
        "",
        f"----- {each.number} -----",
        f"密钥编号 key id       {each.key_id}",
        f"指纹 fingerprint      {each.fingerprint}",
        f"启用 since            {_at(each.since)}",
        f"退役 retired          {_at(each.retired_at) if each.retired_at else '使用中 in force'}",
        "",
        each.pem.rstrip("\n"),
    ]
    if each.statement:
        signed = base64.b64encode(each.signature).decode()
        lines += [
            "",
            "上一代签署的交接声明  the hand-over, signed by the generation before:",
            each.statement,
            signed,
        ]
    elif each.number > 1:
        lines += [
            "",
            "上一代的私钥已丢失，无人签署交接。  The private key before it was lost: no hand-over is signed.",
        ]
    return "\n".join(lines) + "\n"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
