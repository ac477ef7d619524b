"""A stand-in for the Shopee Open Platform API v2 as public sources describe it (docs/reference/simulator-shopee.md).

Written from the platform's documentation and from clients nobody here wrote, apart from Seawall's own connector: the
two share no code, so that an error of reading in one shows against the other.
"""
