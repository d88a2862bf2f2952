"""Reaching a daemon: addresses, transport, recordings, managed engines, a registry."""
