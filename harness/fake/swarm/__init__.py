"""Swarms: nodes, services, tasks, secrets and configs."""
