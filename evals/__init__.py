"""Cases, scorers, runner, statistics and benchmarks."""
