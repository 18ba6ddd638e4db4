"""From the planner's files to a validated study area and travel times: the only readers."""
