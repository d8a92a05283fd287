"""Borders as tests: each check is a function from source to violations, tried on a bad example too."""
