"""UPLOAD.txt: what to upload where, in Chinese and in English, and what is known of the limits."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.evidence.receivers.profiles import Limit, Talk
from seawall.evidence.seal.layout import SIMULATED
from seawall.kernel.languages import Language
from seawall.kernel.texts import text

if TYPE_CHECKING:
    from seawall.evidence.receivers.kit import Kit, ShopKit

_LANGUAGES = (Language.ZH_HANS, Language.EN)


@cache
def _words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "data/words.toml").read_text("utf-8"))["words"]
    return found


def text_of(kit: "Kit") -> str:
    """The sheet of a kit."""
    return "\n".join([_in(kit, place) for place in range(len(_LANGUAGES))])


def _in(kit: "Kit", place: int) -> str:
    def say(key: str, **params: str | int) -> str:
        return _words()[key][place].format(**params)

    profile, language = kit.profile, _LANGUAGES[place]
    lines = [
        say("title", platform=profile.platform.title, purpose=say(f"purpose_{profile.purpose.value}")),
        say("of", reference=kit.reference, root=kit.root[:16]),
    ]
    if kit.is_simulated:
        lines += [f"{SIMULATED}: " + text("pack_simulated", language), say("never")]
    lines += ["", say("where", where=profile.where[place]), say(f"sure_{profile.certainty.value}")]
    lines += [say("rules", rules=", ".join(profile.rules)), say(f"papers_{profile.papers.value}")]
    lines += [say(f"talk_{profile.talk.value}")]
    lines += [_limit(say("file_mb", n=profile.file_mb.value), profile.file_mb, place)]
    lines += [_limit(say("files", n=profile.files.value), profile.files, place)]
    for shop in kit.shops:
        lines += ["", *_shop(shop, profile.files.value, place)]
    if kit.left_out:
        lines += ["", say("left_out")]
        lines += [f"  {each.path}: {text(each.code, language)}" for each in kit.left_out]
    if profile.talk is Talk.TAKEN:
        lines += ["", say("pictures")]
    return "\n".join([*lines, "", say("proof"), ""])


def _limit(sentence: str, limit: Limit, place: int) -> str:
    return sentence + " " + _words()[f"limit_{limit.certainty.value}"][place].format(source=limit.source)


def _shop(shop: "ShopKit", most: int, place: int) -> list[str]:
    words = _words()["shop"][place]
    name = f"{shop.shop} {shop.name}".strip()
    lines = [words.format(market=shop.market.value, shop=name, orders=shop.orders, pictured=shop.pictured)]
    for start in range(0, len(shop.files), most):
        lines.append(_words()["upload"][place].format(n=start // most + 1))
        lines += [f"    {path}" for path in shop.files[start : start + most]]
    return lines
