"""Names of outside apps, plain and disguised, from `data/apps.toml`; and the other marketplaces."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from seawall.kernel.markets import Platform
from seawall.scripts.lint.patterns import filled

_LEET = {"a": "[a4@]", "e": "[e3]", "i": "[i1!|]", "o": "[o0]", "s": "[s5$]", "t": "[t7+]", "g": "[g9]", "b": "[b8]",
         "l": "[l1|]", "z": "[z2]"}  # fmt: skip
# One reading of every disguise, for the cheap look: l, 1, ! and | all become i.
_BARE = str.maketrans("4@3l1!|05$7+982", "aaeiiiiosstt" + "gbz", " \n.,;:-_*~/\\'\"()[]{}<>·•")


class AppData(BaseModel):
    """One app as the data file writes it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    hints: list[str]
    disguised: list[str] = []
    find: str | None = None
    near: str | None = None


@dataclass(frozen=True)
class App:
    """A compiled app: how its name is written, and which words must stand close to an ambiguous name."""

    name: str
    find: re.Pattern[str]
    near: re.Pattern[str] | None
    hints: tuple[str, ...]

    def places(self, text: str, bare: str) -> Iterator[tuple[int, int]]:
        """Where the app is named in a folded text. `bare` is `bare_letters(text)`."""
        if not any(hint in bare for hint in self.hints):
            return
        for match in self.find.finditer(text):
            around = text[max(0, match.start() - 30) : match.start()] + " " + text[match.end() : match.end() + 24]
            if self.near is None or self.near.search(around):
                yield match.start(), match.end()


def bare_letters(text: str) -> str:
    """A folded text without its marks, look-alike digits read as letters: only to see whether a closer look pays."""
    return text.translate(_BARE)


@cache
def apps() -> tuple[App, ...]:
    """All outside apps."""
    raw = tomllib.loads((Path(__file__).resolve().parent / "data" / "apps.toml").read_text(encoding="utf-8"))
    fragments: dict[str, str] = {name: f"(?:{filled(source, {})})" for name, source in raw["fragments"].items()}
    return tuple(_compiled(AppData.model_validate(each), fragments) for each in raw["app"])


def _compiled(data: AppData, fragments: dict[str, str]) -> App:
    ways = [_disguise(name) for name in data.disguised]
    if data.find is not None:
        ways.append(filled(data.find, fragments))
    near = None if data.near is None else re.compile(filled(data.near, fragments))
    return App(data.name, re.compile("|".join(ways)), near, tuple(data.hints))


def _disguise(name: str) -> str:
    return r"(?<![a-z])" + r"[\W_]{0,2}".join(_LEET.get(each, each) for each in name) + r"(?![a-z])"


_MARKETPLACES: dict[Platform, tuple[str, ...]] = {
    Platform.SHOPEE: ("shopee", "ช้อปปี้", "ช็อปปี้", "虾皮"),
    Platform.LAZADA: ("lazada", "ลาซาด้า", "来赞达"),
    Platform.TIKTOK: ("tik ?tok(?: shop)?", "tokopedia", "ติ๊กต็อก"),
}
_OTHERS = ("bukalapak", "blibli", "carousell", "zalora", "sendo", "aliexpress", "taobao", "temu", "amazon", "ebay",
           "淘宝", "亚马逊", "速卖通")  # fmt: skip
_TRADE = re.compile(
    r"\b(?:buy|order|shop|store|cheaper|visit|find us|our|beli|belanja|toko|kedai|mua|gian hang|bili|bumili|umorder)\b"
    r"|\balso on\b|店|买|下单|ซื้อ|ร้าน"
    r"|\b(?:sells?|look for|find|jual|menjual|cari|tinda|hanapin|tim|ban)\b|卖|搜|同款|ขาย"
)


@cache
def other_marketplaces(platform: Platform) -> App:
    """The other marketplaces, seen from this one; a name counts only beside words of buying."""
    words = [word for each, names in _MARKETPLACES.items() if each is not platform for word in names] + list(_OTHERS)
    hints = tuple(bare_letters(word.split(" ?")[0]) for word in words)
    return App("marketplace", re.compile(rf"(?<![a-z.@/])(?:{'|'.join(words)})(?![a-z])"), _TRADE, hints)
