"""Tests of `schemas/`: no socket, no clock."""
