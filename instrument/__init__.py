"""What an application puts in itself: one wide event per request, its log lines, and a sender that never makes it wait."""
