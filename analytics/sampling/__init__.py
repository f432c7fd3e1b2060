"""Which requests are kept and what each kept one stands for; nothing here holds state."""
