"""Stand-in marketplaces over real HTTP, for the demo, for tests and for developers. `seawall` never imports this."""
