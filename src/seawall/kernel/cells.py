"""Cells of sheets that people open: text from outside must stay text."""

# OWASP "CSV injection": a cell that begins so is run as a formula. The full-width forms are read alike in East Asian
# editions of Excel.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROLS = dict.fromkeys(range(32), " ")


def neutral(cell: str) -> str:
    """The cell as plain text: a leading formula sign gets a `'` before it, control characters become spaces."""
    if cell.startswith(FORMULA_SIGNS):
        cell = "'" + cell
    return cell if cell.isprintable() else cell.translate(_CONTROLS)
