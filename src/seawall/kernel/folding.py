"""One plain view of a text for the patterns, with the way back to the original.

Width forms, fancy letters, look-alike letters, zero-width characters, emoji digits and Latin diacritics are folded
away, so that a pattern is written once. Every character of the view knows which original characters it stands for.
"""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

# Cyrillic and Greek look-alikes: none of our languages uses these scripts, so a letter of theirs is a disguise.
_LOOK_ALIKES = dict(
    zip(
        "авеёкмнорстухіјѕԁԛԝһӏґпгαβεικνορτυχωζηѵ",
        "abeekmhopctyxijsdqwhlrnrabeiknoptuxwznv",
        strict=True,
    )
)
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢı", "abcdefghijklmnoprstuvwyzi", strict=True))
_TRADITIONAL = dict(
    zip(
        "訂單請關閉取銷運費賬號轉銀帳評價電話聯繫係們給這麼請您點擊選擇險發貨無與為後還沒會讓證責誤問題歸過錯時間內個號碼郵網頁應該勞煩幫謝對優動爛壞來說錢紅綠買賣賠償貴換",
        "订单请关闭取销运费账号转银账评价电话联系系们给这么请您点击选择险发货无与为后还没会让证责误问题归过错时间内个号码邮网页应该劳烦帮谢对优动烂坏来说钱红绿买卖赔偿贵换",
        strict=True,
    )
)
_OTHER = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"}
_FOLD: dict[str, str] = {**_LOOK_ALIKES, **_SMALL_CAPITALS, **_TRADITIONAL, **_OTHER}
# Squared and negative letters have no compatibility form in Unicode.
_FOLD |= {chr(0x1F130 + i): chr(97 + i) for i in range(26)}
_FOLD |= {chr(0x1F150 + i): chr(97 + i) for i in range(26)}
_FOLD |= {chr(0x1F170 + i): chr(97 + i) for i in range(26)}


@dataclass(frozen=True)
class View:
    """A folded text. `starts[i]`/`ends[i]` are the original code points that character i stands for."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of a span of the view (end exclusive)."""
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]

    def source(self, start: int, end: int) -> str:
        """The original characters behind a span of the view."""
        first, last = self.span(start, end)
        return self.original[first:last]

    def index_of(self, original_at: int) -> int:
        """The first view character that stands at or behind an original place."""
        return bisect_left(self.starts, original_at)


class _Folder(dict[int, str]):
    """Folds single characters for str.translate, each once."""

    def __missing__(self, code: int) -> str:
        folded = _fold_cluster(chr(code))
        self[code] = folded
        return folded


_FOLDER = _Folder()


def view_of(text: str) -> View:
    """Fold a text. Never raises, whatever the text holds."""
    # Most texts fold one character to one; only marks that ride on others and widening forms need the slow way.
    if all(len(_FOLDER[ord(each)]) == 1 and not _rides(each) for each in set(text)):
        places = tuple(range(len(text) + 1))
        return _closed_up(View(text, text.translate(_FOLDER), places[:-1], places[1:]))
    return _closed_up(_view_by_cluster(text))


def _view_by_cluster(text: str) -> View:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at, size = 0, len(text)
    while at < size:
        end = at + 1
        while end < size and text[end] >= "\u0300" and _rides(text[end]):
            end += 1
        folded = _FOLDER[ord(text[at])] if end == at + 1 else _fold_cluster(text[at:end])
        out.extend(folded)
        starts.extend([at] * len(folded))
        ends.extend([end] * len(folded))
        at = end
    return View(text, "".join(out), tuple(starts), tuple(ends))


# Letters set apart one by one ("c a n c e l", "h.u.y"), Thai the same way, and gaps inside Chinese words.
_THAI_UNIT = r"[ก-ฮเ-ไ][\u0e30-\u0e3a\u0e45-\u0e4e]*"
_APART = re.compile(
    r"(?<![a-z])[a-z](?:([ .\-_*·~|]{1,2})[a-z](?![a-z])){2,}"
    rf"|(?<![\u0e00-\u0e7f]){_THAI_UNIT}(?:[ .\-_*]{{1,2}}{_THAI_UNIT}(?![\u0e00-\u0e7f])){{3,}}"
    r"|(?<=[\u4e00-\u9fff])[ *·_~|]{1,2}(?=[\u4e00-\u9fff])"
)


# "pleaaase" and "cancelll" are written by an excited hand: one letter stays, of e and o two, since these are often
# doubled by right ("feeedback"). Digits are never run together, nor "www".
_DRAWN_OUT = re.compile(r"([eo]{2}|[a-df-np-vx-z])(?<=(.))\2{1,}(?<=\2\2\2)")


def _closed_up(view: View) -> View:
    """The view with disguising gaps taken out. A wider gap between spaced letters parts words: one space stays."""
    keep = [True] * len(view.text)
    for match in _DRAWN_OUT.finditer(view.text):
        for at in range(match.start() + len(match.group(1)), match.end()):
            keep[at] = False
    for match in _APART.finditer(view.text):
        gaps = list(re.finditer(r"[ .\-_*·~|]+", match.group()))
        narrow = min(len(gap.group()) for gap in gaps)
        for gap in gaps:
            first = match.start() + gap.start() + (1 if len(gap.group()) > narrow else 0)
            for at in range(first, match.start() + gap.end()):
                keep[at] = False
    if all(keep):
        return view
    kept = [at for at, each in enumerate(keep) if each]
    return View(
        view.original,
        "".join(view.text[at] for at in kept),
        tuple(view.starts[at] for at in kept),
        tuple(view.ends[at] for at in kept),
    )


def _rides(each: str) -> bool:
    """Whether a character belongs to the one before it and says nothing by itself."""
    return each >= "\u0300" and not _is_thai(each) and unicodedata.category(each) in {"Mn", "Me"}


def _is_thai(each: str) -> bool:
    return "\u0e00" <= each <= "\u0e7f"


@cache
def _fold_cluster(cluster: str) -> str:
    first = cluster[0]
    if "\ud800" <= first <= "\udfff":
        return " "
    if _is_thai(first):
        # Thai keeps its vowel and tone marks, and NFKC would split sara am. Only its digits are folded.
        return str(unicodedata.digit(first)) if unicodedata.category(first) == "Nd" else first
    if unicodedata.category(first) == "Cf":
        return ""
    if first in "\n\r\v\f\u2028\u2029":
        return "\n"
    decomposed = unicodedata.normalize("NFKD", _FOLD.get(cluster.casefold(), cluster)).casefold()
    return "".join(_fold_one(each) for each in decomposed)


def _fold_one(each: str) -> str:
    category = unicodedata.category(each)
    if category in {"Mn", "Me", "Cf"}:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(each))
    if category in {"Zs", "Cc"}:
        return " "
    return _FOLD.get(each, each)
