"""Orders, parcels and buyers as last seen; imports: read -> plan -> show -> apply."""
