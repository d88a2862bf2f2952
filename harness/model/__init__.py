"""Frozen values that every floor speaks in; the standard library only."""
