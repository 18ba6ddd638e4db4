"""Two or more runs side by side: what was assumed differently, which figures differ, who gains and who loses."""
