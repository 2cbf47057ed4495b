"""Sending webhooks to addresses that strangers choose: what an address may be, where it may lead, how it is signed."""

from app.webhooks.sending import Answer, Sender, SendFailed
from app.webhooks.signing import signed_headers
from app.webhooks.targets import Rules, Target, TargetRefused, read_target

__all__ = ["Answer", "Rules", "SendFailed", "Sender", "Target", "TargetRefused", "read_target", "signed_headers"]
