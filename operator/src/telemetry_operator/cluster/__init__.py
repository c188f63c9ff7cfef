"""The only room that speaks to the API server: a small client for plain objects, and its errors."""
