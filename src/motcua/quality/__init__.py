"""Run the expectation suites and keep what they found."""
