"""How a platform is, and who is told: proof, conditions, status, Events."""
