"""What buyers of a wave answered, as far as it speaks for or against going on."""

from collections.abc import Mapping


def answer_counts(roll_out_id: int, wave: int) -> Mapping[str, int]:
    """How many buyers of a wave complained (`complaint`) and how many asked not to be written to (`opt_out`).

    Answers carry no intent in the tables: nothing is counted, and these two gates stay open.
    """
    return {"complaint": 0, "opt_out": 0}
