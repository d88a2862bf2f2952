"""Checks: an exchange in, findings out; pure."""
