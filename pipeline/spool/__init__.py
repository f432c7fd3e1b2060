"""The spool: entries kept durable in files, as the queue of a machine without one and as the net under a queue that fails."""
