"""python -m seawall.cli: the same as `seawall`."""

from seawall.cli.main import main

main()
