"""Checks that are rules of Docker and not of a document."""
