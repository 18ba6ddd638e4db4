"""From the plan to every figure of the report."""
