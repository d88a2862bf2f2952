"""Holds a daemon to the documented Docker Engine API and tells how its versions differ."""
