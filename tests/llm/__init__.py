"""What stands in for an LLM in tests and benchmarks."""
