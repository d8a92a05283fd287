"""`make run`: everything on embedded defaults, watched over by one process."""
