"""Images, and the registries in memory that they come from and go to."""
