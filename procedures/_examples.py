"""Ids for the examples in the documents: of the forms that the service gives out, and of nothing that exists."""

from typing import Final
from uuid import UUID

COURSE_ID: Final = UUID("019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1")
UPLOAD_ID: Final = UUID("019aa1b2-7c3f-7b02-a1d3-4e5f60718293")
JOB_ID: Final = f"course-gen-{UUID('019aa1b2-7c3e-7a01-9b2c-3d4e5f607182').hex}"
FILE_ID: Final = UUID("019aa1b2-7c3f-7b12-8c3d-4e5f60718293")
