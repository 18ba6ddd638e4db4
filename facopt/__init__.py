"""facopt: where to place community health centres and township clinics so that all are covered, in town and country."""
