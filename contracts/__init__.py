"""What the documents cannot say in a schema."""
