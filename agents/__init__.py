"""One analyst desk a module, and the roles around them: router, planner, writer, the house."""
