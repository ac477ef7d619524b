"""Support teams, the sellers they serve, members with roles, and the one scoping helper."""
