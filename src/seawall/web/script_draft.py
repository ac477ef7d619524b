"""What stands in the fields of the script studio: begun from a version or from the library, or as a browser sent it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from seawall.incidents.api import Incident, library_wording, wordings_for
from seawall.kernel.errors import InvalidInput, NotFound, SeawallError
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.texts import text
from seawall.outreach.api import STEP_FIRST_CONTACT, STEPS
from seawall.scripts.api import ScriptBlocked, ScriptVersion, Wording
from seawall.tenancy.api import Actor, scoped
from seawall.web.refusals import readable
from seawall.web.script_view import ORDER

LONGEST = 4000
"""Most characters taken from one field: twice the longest message of any platform (ours)."""
NEEDED = (Language.ZH_HANS, *BUYER_LANGUAGES)
"""Every script has these, whatever the markets of the storm."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The fields, and what became of the last attempt to save them."""

    wording: Mapping[Language, Wording]
    step: str
    begun_from: str
    """`v3`, `library:standard` or `library:refused:short`."""
    seen: int
    """The newest version when the writer began; 0 where there was none."""
    is_unsaved: bool = False
    refusal: str = ""
    status: int = 200
    blocked: ScriptBlocked | None = None
    notes: list[str] = field(default_factory=list)

    def refused(self, error: SeawallError) -> "Draft":
        """The same fields with the reason why they were not saved. Whoever was overtaken by another's version has now
        been told of it, and may save after it."""
        overtaken = error.code == "script_changed_meanwhile"
        return replace(
            self, is_unsaved=True, status=error.http_status, refusal=text(error.code, **readable(error.params)),
            seen=int(error.params["now"]) if overtaken else self.seen,
            blocked=error if isinstance(error, ScriptBlocked) else None,
        )  # fmt: skip

    def with_text(self, language: Language, words: str) -> "Draft":
        """The same fields with another text in one language; its gloss stays."""
        gloss = self.wording[language].gloss_zh
        return replace(self, wording={**self.wording, language: Wording(text=words, gloss_zh=gloss)})

    def to_save(self) -> dict[Language, Wording]:
        """Without the space around texts, which no buyer needs; an empty further language falls away."""
        trimmed = {
            language: Wording(text=each.text.strip(), gloss_zh=each.gloss_zh.strip())
            for language, each in self.wording.items()
        }
        return {language: each for language, each in trimmed.items() if each.text or language in NEEDED}


def step_named(said: str) -> str:
    """The step an address or a form names; the first message without. Raises InvalidInput(script_step_unknown)."""
    if said and said not in STEPS:
        raise InvalidInput("script_step_unknown", step=said[:40])
    return said or STEP_FIRST_CONTACT


def frozen_versions(actor: Actor, incident: Incident, step: str) -> list[ScriptVersion]:
    """The versions of a step's words, the newest first, with their texts and authors."""
    rows = scoped(ScriptVersion, actor).filter(incident=incident, step=step, is_frozen=True)
    return list(rows.select_related("author").prefetch_related("texts").order_by("-number"))


def numbered(versions: list[ScriptVersion], number: int) -> ScriptVersion:
    """The version of a number. Raises NotFound(script_version_not_found)."""
    found = next((each for each in versions if each.number == number), None)
    if found is None:
        raise NotFound("script_version_not_found", number=number)
    return found


def wording_of(version: ScriptVersion) -> dict[Language, Wording]:
    """What a version says, language by language."""
    return {Language(row.language): Wording(text=row.text, gloss_zh=row.gloss_zh) for row in version.texts.all()}


def begun(incident: Incident, versions: list[ScriptVersion], wanted: str, step: str) -> Draft:
    """The fields as they are first shown: the version or library wording asked for, else the newest, else the library.

    Raises NotFound(script_version_not_found, script_not_in_library), InvalidInput(script_start_unknown,
    occasion_not_of_kind).
    """
    seen = versions[0].number if versions else 0
    wanted = wanted or (f"v{seen}" if versions else library_name(*wordings_for(incident.kind, step)[0]))
    if wanted[:1] == "v" and wanted[1:].isdecimal():
        wording = wording_of(numbered(versions, int(wanted[1:9])))
        return Draft(wording=wording, step=step, begun_from=wanted, seen=seen)
    parts = wanted.split(":")
    if parts[0] != "library" or len(parts) not in (2, 3):
        raise InvalidInput("script_start_unknown", start=wanted[:60])
    occasion = parts[1] if len(parts) == 3 else ""
    wording = library_wording(incident.kind, step, parts[-1], occasion)
    return Draft(wording=wording, step=step, begun_from=wanted, seen=seen)


def library_name(occasion: str, variant: str) -> str:
    """How an address and the form name a wording of the library."""
    return ":".join(["library", *([occasion] if occasion else []), variant])


def posted(post: Mapping[str, Any]) -> Draft:
    """The fields as a browser sent them. Raises InvalidInput(script_field_too_long, script_step_unknown)."""
    given = [language for language in ORDER if language in NEEDED or f"text-{language.value}" in post]
    seen = str(post.get("seen", ""))
    return Draft(
        wording={language: posted_wording(post, language) for language in given},
        step=step_named(str(post.get("step", ""))),
        begun_from=str(post.get("from", ""))[:60],
        seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
        is_unsaved=True,
    )


def posted_wording(post: Mapping[str, Any], language: Language) -> Wording:
    """Text and gloss of one language, to the letter: findings point into what the writer sees."""
    words, gloss = _field(post, f"text-{language.value}"), _field(post, f"gloss-{language.value}")
    longest = max(len(words), len(gloss))
    if longest > LONGEST:
        raise InvalidInput("script_field_too_long", language=language.value, length=longest, limit=LONGEST)
    return Wording(text=words, gloss_zh=gloss)


def _field(post: Mapping[str, Any], name: str) -> str:
    # Browsers send line ends of two characters; a null character cannot be stored, and nobody means one.
    return str(post.get(name, "")).replace("\r\n", "\n").replace("\x00", "")


def language_named(tag: str) -> Language:
    """Raises InvalidInput(script_language_unknown)."""
    if tag not in set(Language):
        raise InvalidInput("script_language_unknown", language=tag[:20])
    return Language(tag)
