"""What a process counts of itself, in Prometheus's terms, and the page that tells it.

No label names a tenant, a user or a course: labels are procedures, codes, job types and states, of which there are few.
"""

from app.metrics.exposition import CONTENT_TYPE, exposition
from app.metrics.process import observe_attempt, observe_call, observe_pool, observe_uncounted
from app.metrics.server import serving
from app.metrics.sharing import leave, shared_by

__all__ = [
    "CONTENT_TYPE",
    "exposition",
    "leave",
    "observe_attempt",
    "observe_call",
    "observe_pool",
    "observe_uncounted",
    "serving",
    "shared_by",
]
