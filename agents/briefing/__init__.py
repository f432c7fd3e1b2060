"""The briefer: what a briefing looks at, and how evidence and verified claims become its document; no model needed."""
