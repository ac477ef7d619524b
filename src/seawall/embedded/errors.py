"""What keeps a database from us. The sentences stand in i18n/*.toml."""

from seawall.kernel.errors import Unreachable


class DatabaseUnavailable(Unreachable):
    """The database server cannot be started or does not answer; the code says why and what to do."""
