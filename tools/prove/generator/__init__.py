"""`make prove-generator`: whether the load generator's figures are true, against a server whose answers are known.

`server` answers after delays that `delays` describes, `driving` runs the engine against it, `proofs` compares what it
found with theory, and `findings` says how far the two may lie apart.
"""
