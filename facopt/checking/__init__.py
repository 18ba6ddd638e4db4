"""What `facopt check` looks at beyond reading: coordinate systems, roads, reach, money; nothing is solved."""
