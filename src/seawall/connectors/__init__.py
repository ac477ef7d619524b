"""The only place that speaks to a platform. Connectors know no capability: they take values and return values."""
