"""The planning model: sizes, actions, stages, money and rules in one exact model, with its own referee."""
