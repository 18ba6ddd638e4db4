"""Answers to why: why is this place not covered, why this site and not that one."""
