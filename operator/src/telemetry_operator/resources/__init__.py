"""Pure builders of Kubernetes objects: (platform, context) in, plain data out. No client, no clock, no randomness."""
