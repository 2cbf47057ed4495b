"""Refusals that several areas share."""

from app.rpc import Code, RpcError


class CourseNotFound(RpcError, code=Code.NOT_FOUND):
    """Course not found"""


class NotYours(RpcError, code=Code.FORBIDDEN):
    """You do not have access to this course"""


class JobNotFound(RpcError, code=Code.NOT_FOUND):
    """Job {job_id} not found"""

    job_id: str


class OrganizationNotFound(RpcError, code=Code.NOT_FOUND):
    """Organization not found"""
