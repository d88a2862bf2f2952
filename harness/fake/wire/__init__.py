"""Bytes of connections: HTTP, takeovers, websockets."""
