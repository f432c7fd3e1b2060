"""State, grouping and life cycle of incidents, and what follows from them: known issues, drafts, tickets."""
