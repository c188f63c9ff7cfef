"""Redis, shared by all processes of a platform: what it holds may vanish at any time, and nobody waits for it long."""
