"""Events into a report, and a report into text."""
