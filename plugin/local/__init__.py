"""A real node and a real Valkey server on loopback, without Docker or root."""
