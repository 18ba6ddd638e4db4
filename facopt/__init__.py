"""facopt: where to place community health centres and township clinics so that town and countryside are both covered."""
