"""Containers: their states, and what they are made with and shown as."""
