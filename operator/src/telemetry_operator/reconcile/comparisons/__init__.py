"""One visit of a comparison in the cluster: what is known of it, what follows, how its cells are kept and judged."""
