"""What goes in and out of containers: logs, attachments, further commands, terminals."""
