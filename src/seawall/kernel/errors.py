"""One family of errors, each saying who must act. The text comes from the code, in the reader's language."""

from collections.abc import Mapping
from typing import ClassVar

Param = str | int


class SeawallError(Exception):
    """Something a person is told. `code` finds the sentence, `params` fill it."""

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, /, **params: Param) -> None:
        self.code = code
        self.params: Mapping[str, Param] = params
        super().__init__(code, dict(params))

    def __str__(self) -> str:
        from seawall.kernel.texts import text

        return text(self.code, **self.params)


class Refused(SeawallError):
    """A rule says no. Nobody is paged; the reason and the way out are shown."""

    http_status = 409
    exit_code = 1


class InvalidInput(SeawallError):
    """What was given cannot be used: the file, the row or the field is named."""

    http_status = 422
    exit_code = 1


class Misuse(SeawallError):
    """The command was called in a way that makes no sense."""

    http_status = 400
    exit_code = 2


class NotAllowed(SeawallError):
    """This member's role does not permit it."""

    http_status = 403
    exit_code = 1


class NotFound(SeawallError):
    """Not there, or not for this tenant: the two look alike on purpose."""

    http_status = 404
    exit_code = 1


class Unreachable(SeawallError):
    """A server we need (database, platform) does not answer."""

    http_status = 503
    exit_code = 3
