"""The API server as the operator uses it: the one room that speaks its protocol."""
