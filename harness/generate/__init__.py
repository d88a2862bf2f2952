"""Calls out of documents; the only package that knows schemathesis and hypothesis."""
