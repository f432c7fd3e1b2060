"""The one LangGraph orchestrator; the only room that imports langgraph."""
