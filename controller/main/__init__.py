"""The controller's process: `python -m controller.main`."""
