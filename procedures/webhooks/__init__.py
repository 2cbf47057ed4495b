"""webhooks.*: what was sent to the addresses that courses were generated with, and what signs it."""

from app.rpc import Router
from procedures.webhooks.list_deliveries import list_deliveries
from procedures.webhooks.redeliver import redeliver
from procedures.webhooks.rotate_secret import rotate_secret

router = Router(list_deliveries, redeliver, rotate_secret)
