"""Languages of buyers and of the desk, by BCP 47 tag."""

from enum import StrEnum


class Language(StrEnum):
    """A language a message, a screen or a reason can be in."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"
    ID = "id"
    MS = "ms"
    TH = "th"
    VI = "vi"
    FIL = "fil"


BUYER_LANGUAGES: tuple[Language, ...] = (
    Language.EN,
    Language.ID,
    Language.MS,
    Language.TH,
    Language.VI,
    Language.FIL,
)
"""The six languages a script must hold beside its Chinese source."""

DESK_LANGUAGES: tuple[Language, ...] = (Language.ZH_HANS, Language.EN)
"""The two languages of the screens and of every reason text."""

OWN_NAMES: dict[Language, str] = {
    Language.ZH_HANS: "简体中文",
    Language.ZH_HANT: "繁體中文",
    Language.EN: "English",
    Language.ID: "Bahasa Indonesia",
    Language.MS: "Bahasa Melayu",
    Language.TH: "ไทย",
    Language.VI: "Tiếng Việt",
    Language.FIL: "Filipino",
}
"""Each language as its speakers write it."""
