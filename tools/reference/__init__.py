"""The reference pages of `docs/`, made from the code: what is written there once is not written here again."""
