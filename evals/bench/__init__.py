"""Speed: what a run costs on this machine, measured the same way each time."""
