"""Programs that are played and not run: a shell, the usual commands, and a test's own."""
