"""A named place from OpenStreetMap as files that a scenario names; the only stage that ever uses the network."""
