"""Every "no" is a code with parameters: counted in reports, shown in the reader's language, asserted in tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.kernel.errors import Param
from seawall.kernel.languages import Language
from seawall.kernel.texts import text


@dataclass(frozen=True)
class Reason:
    """Why something was left out, refused or rejected."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def text(self, language: Language | None = None) -> str:
        """The sentence for a reader."""
        return text(self.code, language, **self.params)
