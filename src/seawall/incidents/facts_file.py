"""A facts sheet as a TOML file, for the command line."""

import tomllib
from datetime import date, datetime
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from seawall.incidents.facts import Facts
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language


class FactsFile(BaseModel):
    """The file's form; an unknown field is an error, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")

    cause: str = Field(min_length=1)
    cause_by_language: dict[Language, str]
    happened_on: date
    remedy: str = Field(min_length=1)
    ceiling_amount: Decimal
    ceiling_currency: str
    deadline_at: AwareDatetime
    statements: list[str] = []
    new_date: date | None = None
    compensation: dict[str, Decimal] = {}


def read_facts(content: bytes, *, name: str) -> Facts:
    """The facts of a file. Raises InvalidInput(facts_file_unreadable) naming the field or the line."""
    try:
        form = FactsFile.model_validate(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("facts_file_unreadable", name=name, why=str(error)) from error
    except ValidationError as error:
        why = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise InvalidInput("facts_file_unreadable", name=name, why=why) from error
    deadline: datetime = form.deadline_at
    return Facts(
        cause=form.cause,
        cause_by_language=form.cause_by_language,
        happened_on=form.happened_on,
        remedy=form.remedy,
        ceiling_amount=form.ceiling_amount,
        ceiling_currency=form.ceiling_currency,
        deadline_at=deadline,
        statements=tuple(form.statements),
        new_date=form.new_date,
        compensation=form.compensation,
    )
