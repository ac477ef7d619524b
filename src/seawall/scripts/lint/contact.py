"""Ways off the platform: telephone numbers, mail, links, names of outside apps and handles, plain or disguised."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from seawall.kernel.folding import View
from seawall.kernel.markets import Platform
from seawall.kernel.reasons import Reason
from seawall.scripts.lint.apps import apps, bare_letters, other_marketplaces
from seawall.scripts.lint.model import Message
from seawall.scripts.lint.numbers import phone_numbers
from seawall.scripts.lint.patterns import PatternSet

_LONG_TLD = "com|net|org|shop|store|online|site|info|asia|biz|xyz|top|vip|club|link|app"
_SHORT_TLD = "co|me|io|ly|ee|gl|cc|my|sg|ph|th|vn|id|cn|tw|hk|jp|uk|us|eu|in|to|gg|tv"
_DOT = r"(?:\.|\s?[(\[]\s?(?:dot|\.)\s?[)\]]\s?|\s(?:dot|cham|titik|จุด|ดอท|tuldok)\s|\s?点\s?|。(?=com|cn|net))"
_SPOKEN_DOT = (
    r"(?:\s?[(\[]\s?(?:dot|titik|tuldok|cham|จุด|点|\.)\s?[)\]]\s?"
    r"|\s(?:dot|titik|tuldok|cham)\s|\s?จุด\s?|\s?点\s?)"
)
_ENDS_LIKE_A_SITE = re.compile(
    rf"(?:\.|dot|cham|titik|tuldok|จุด|ดอท|点|。)[\s)\]]{{0,3}}(?:{_LONG_TLD}|{_SHORT_TLD})(?![a-z])"
)
_EMAIL = re.compile(
    r"[a-z0-9][\w.+-]*\s?(?:@|[(\[]\s?(?:at|a|@)\s?[)\]]|艾特|แอ[ด็]?ท|a cong|a moc|\bat\b)\s?[a-z0-9][\w-]*"
    rf"(?:{_DOT}[\w-]+)*{_DOT}(?:{_LONG_TLD}|{_SHORT_TLD})(?![a-z])"
)
_ADDRESS = re.compile(r"(?:https?|hxxps?)\s?:\s?/\s?/\s?\S+|(?<![a-z0-9])www\s?\.\s?\S+")
_SITE = re.compile(
    rf"(?<![a-z0-9@.])(?:[a-z0-9][a-z0-9-]*{_DOT}){{1,3}}(?:{_LONG_TLD})(?![a-z0-9])(?:/\S*)?"
    r"|(?<![a-z0-9@.])(?:bit\.ly|s\.id|t\.me|wa\.me|m\.me|lin\.ee|linktr\.ee|goo\.gl|cutt\.ly|zalo\.me|t\.co|is\.gd)(?:/\S*)?"
    # A bare two-letter ending is taken for a site only behind a longer word: "maaf.id" is a missing space.
    r"|(?<![a-z0-9@.])[a-z0-9-]{4,}(?:\.(?:co|com|net|org|or|go))?\.(?:my|sg|ph|th|vn|id|cn|tw|hk|me|io|co)(?:/\S*|(?![a-z0-9.]))"
    # The dot written as a word.
    rf"|(?<![a-z0-9@.])[a-z0-9-]{{4,}}(?:{_SPOKEN_DOT}(?:co|com|net))?{_SPOKEN_DOT}(?:my|sg|ph|th|vn|id|cn|tw|me|io|co)(?![a-z0-9])"
)
_HANDLE = re.compile(r"(?<![a-z0-9.])@[a-z0-9_.]{3,}")
_OWN_SITES: dict[Platform, re.Pattern[str]] = {
    Platform.SHOPEE: re.compile(r"(?:^|[/.])(?:shopee\.[a-z.]+|shp\.ee)(?:[/?]|$)"),
    Platform.LAZADA: re.compile(r"(?:^|[/.])lazada\.[a-z.]+(?:[/?]|$)"),
    Platform.TIKTOK: re.compile(r"(?:^|[/.])(?:tiktok|tokopedia)\.com(?:[/?]|$)"),
}


@dataclass(frozen=True)
class ContactHit:
    """A way off the platform, in view offsets."""

    start: int
    end: int
    reason: Reason


def contacts(
    message: Message,
    view: View,
    sets: tuple[PatternSet, ...],
    sentences: tuple[tuple[int, int], ...],
    references: Sequence[tuple[int, int]],
) -> Iterator[ContactHit]:
    """Every way off the platform. A name that stands only to be refused ("we never ask you to ...") is left alone."""
    for start, end in phone_numbers(view, references):
        yield ContactHit(start, end, Reason("lint_phone"))
    yield from _addresses(message, view)
    bare = bare_letters(view.text)
    for app in (*apps(), other_marketplaces(message.platform)):
        for start, end in app.places(view.text, bare):
            if not refused(view.text, start, sets, sentences) and not _inside((start, end), references):
                name = view.source(start, end).strip() if app.name == "marketplace" else app.name
                yield ContactHit(start, end, Reason("lint_app", {"name": name}))


def _addresses(message: Message, view: View) -> Iterator[ContactHit]:
    site_like = _ENDS_LIKE_A_SITE.search(view.text) is not None
    mails = [match.span() for match in _EMAIL.finditer(view.text)] if site_like else []
    for start, end in mails:
        yield ContactHit(start, end, Reason("lint_email"))
    links = list(_ADDRESS.finditer(view.text)) + (list(_SITE.finditer(view.text)) if site_like else [])
    for match in links:
        if not _inside(match.span(), mails) and not _own_site(message.platform, match.group()):
            yield ContactHit(match.start(), match.end(), Reason("lint_link"))
    for match in _HANDLE.finditer(view.text) if "@" in view.text else ():
        if not _inside(match.span(), mails):
            yield ContactHit(match.start(), match.end(), Reason("lint_handle"))


def refused(
    text: str,
    at: int,
    sets: tuple[PatternSet, ...],
    sentences: tuple[tuple[int, int], ...],
    conditional: Callable[[int], bool] = lambda _: False,
) -> bool:
    """Whether what stands at a place is named only to be refused ("we never ask you to ...").

    A refusal at a place that `conditional` holds for ("if you do not want to wait, ...") refuses nothing.
    """
    begin = next((first for first, last in sentences if at <= last), 0)
    begin = max(begin, at - 120)
    matches = (each.disclaim.search(text[begin:at]) for each in sets)
    return any(match is not None and not conditional(begin + match.start()) for match in matches)


def _own_site(platform: Platform, link: str) -> bool:
    host = re.sub(r"^(?:https?|hxxps?)\s?:\s?/\s?/\s?", "", link)
    return bool(_OWN_SITES[platform].search("/" + host.split("/")[0] + "/"))


def _inside(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in others)
