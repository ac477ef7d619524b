"""Chat pictures drawn from the platform's records. Pure: values in, PNG bytes out; no tables, no network."""
