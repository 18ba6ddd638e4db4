"""From roads to travel times."""
