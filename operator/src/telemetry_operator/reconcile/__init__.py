"""Bringing a cluster to what manifests say, and saying how it is: observe, plan, apply, report."""
