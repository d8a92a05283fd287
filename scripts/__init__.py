"""What the Makefile calls. `setup`, `stages` and `find_python.sh` need nothing but Python and its library."""
