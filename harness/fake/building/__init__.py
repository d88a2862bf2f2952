"""Building images of a Dockerfile, as the classic builder does."""
