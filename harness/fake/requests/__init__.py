"""Requests read and replies formed by the document of the version asked for."""
