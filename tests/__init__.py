"""All tests. `unit` opens no socket; `integration` has the real services; `acceptance` is a user."""
