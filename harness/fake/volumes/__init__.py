"""Volumes, and what is mounted into containers."""
