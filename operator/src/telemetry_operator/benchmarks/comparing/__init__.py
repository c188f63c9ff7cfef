"""A comparison on this machine: cell after cell a fresh platform, loaded and taken away, kept so that it can go on."""
