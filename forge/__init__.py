"""Git, and where pull requests live: mirrors, commits, the built-in forge and its git server. Synchronous."""
