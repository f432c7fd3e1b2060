"""What a model is told: one Markdown file a prompt, and the library that loads them."""
