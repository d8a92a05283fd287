"""The words and documents of the product, frozen; no I/O. Import the modules by name.

This file imports nothing, so that the agent, which needs `grant`, `canonical`, `risk` and `holes`,
loads neither ruamel.yaml nor jsonschema.
"""
