"""What tests, benchmarks and reliability share: drawn faces, a hub of our own, the real app."""
