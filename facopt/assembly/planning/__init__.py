"""From a scenario to the planning problem: people by stage, what sites may become, who may go where, and the rules."""
