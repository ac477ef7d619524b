"""The `seawall` command: the same commands as the screens."""
