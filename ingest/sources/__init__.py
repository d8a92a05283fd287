"""One module a kind of source text; each gives blocks."""
