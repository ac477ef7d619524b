"""Values that every capability shares. Pure: imports no Django app and does no I/O but reading its own data files."""
