"""GitHub as a forge: github.com or Enterprise, with a token or as a GitHub App. Off unless it is set up."""
