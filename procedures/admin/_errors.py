"""Refusals that several procedures of administration share."""

from app.rpc import Code, RpcError


class UserNotFound(RpcError, code=Code.NOT_FOUND):
    """User not found"""


class OwnRole(RpcError, code=Code.FORBIDDEN):
    """You cannot change your own role"""


class SuperadminOnly(RpcError, code=Code.FORBIDDEN):
    """Only a superadmin can do this"""


class LastSuperadmin(RpcError, code=Code.CONFLICT):
    """The last superadmin cannot be removed"""
