"""Secrets are replaced before anything persists."""

from pipeline.redaction.redactor import Redactor

__all__ = ["Redactor"]
