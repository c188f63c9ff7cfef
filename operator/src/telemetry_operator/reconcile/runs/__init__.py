"""One visit of a benchmark in the cluster: what is known of it, what follows, how its result is kept and told."""
