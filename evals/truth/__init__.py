"""What is true, computed from raw files with plain regular expressions, csv and json; shares no code with what it judges."""
