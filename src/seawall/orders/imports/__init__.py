"""Sellers' export files: read -> recognise -> map -> check -> result. Pure: no Django, no database, no network."""
