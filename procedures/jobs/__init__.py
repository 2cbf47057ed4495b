"""jobs.*: the steps of runs as the queue sees them."""

from app.rpc import Router
from procedures.jobs.cancel import cancel
from procedures.jobs.get_status import get_status
from procedures.jobs.list import list_

router = Router(get_status, list_, cancel)
