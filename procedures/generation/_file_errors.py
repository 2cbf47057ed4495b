"""Refusals of what is asked about one stored file."""

from app.rpc import Code, RpcError


class FileNotFound(RpcError, code=Code.NOT_FOUND):
    """File not found"""


class FileInUse(RpcError, code=Code.CONFLICT):
    """The file is in use: its course is being generated. Wait for the end, or cancel it"""


class FileNotStored(RpcError, code=Code.CONFLICT):
    """The file has no content to download: its upload is not finished, or the content was lost"""
