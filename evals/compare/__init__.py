"""Two arms over the same cases: what differs between them, and whether it can be believed."""
