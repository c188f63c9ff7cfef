"""The embedded servers: the real ones, from what pip installs. One module each, all of one shape (`server.Server`)."""
