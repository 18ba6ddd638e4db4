"""The scenario stage: YAML text in, a frozen and checked scenario out."""
