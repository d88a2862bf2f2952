"""Plans, worlds and runs."""
