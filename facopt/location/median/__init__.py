"""Travel and worst travel beyond what a plain MILP takes: bounds, searches, and fixing before the MILP."""
