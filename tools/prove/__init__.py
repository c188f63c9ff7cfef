"""What the product promises of itself and a machine can show: run, measured, and held against the goals."""
