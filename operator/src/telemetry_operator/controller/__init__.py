"""The operator as a program: settings, work queue, leadership, health, metrics."""
