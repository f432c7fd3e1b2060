"""Identifiers: one NewType a noun, and how new ones are made."""

from typing import NewType
from uuid import uuid4

RunId = NewType("RunId", str)
ThreadId = NewType("ThreadId", str)
EvidenceUid = NewType("EvidenceUid", str)
Tenant = NewType("Tenant", str)

DEFAULT_TENANT = Tenant("default")


def new_run_id() -> RunId:
    """A fresh run id such as `run_5f0c…` (96 random bits)."""
    return RunId(f"run_{uuid4().hex[:24]}")


def new_thread_id() -> ThreadId:
    """A fresh conversation id such as `thr_9b1e…`."""
    return ThreadId(f"thr_{uuid4().hex[:24]}")


def evidence_uid(run_id: RunId, evidence_id: str) -> EvidenceUid:
    """The global address of evidence `E7` of a run: `ev_…`, derivable from both."""
    return EvidenceUid(f"ev_{run_id.removeprefix('run_')}_{evidence_id}")
