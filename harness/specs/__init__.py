"""Text into specs: documents, tables and validators; raw YAML and JSON stop here."""
