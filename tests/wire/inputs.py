"""A valid input of each procedure, with every field it has; ids that name nothing."""

import base64
from typing import Any
from uuid import uuid4

from app.boot import TABLE

COURSE = str(uuid4())
FILE = str(uuid4())
UPLOAD: dict[str, Any] = {
    "courseId": COURSE,
    "filename": "a.md",
    "fileSize": 4,
    "mimeType": "text/markdown",
    "fileContent": base64.b64encode(b"text").decode(),
}
VALID: dict[str, dict[str, Any] | None] = {
    "system.ping": None,
    "courses.create": {
        "title": "T",
        "language": "ru",
        "style": "plain",
        "courseDescription": "D",
        "targetAudience": "A",
        "difficulty": "beginner",
        "lessonDurationMinutes": 10,
        "learningOutcomes": "O",
        "estimatedLessons": 2,
        "estimatedSections": 1,
        "contentStrategy": "S",
        "outputFormats": ["text"],
        "prerequisites": "P",
    },
    "courses.get": {"courseId": COURSE},
    "courses.list": {"limit": 5, "cursor": str(uuid4())},
    "courses.getContent": {"courseId": COURSE},
    "generation.initiate": {"courseId": COURSE, "webhookUrl": "https://lms.example.org/hook"},
    "generation.getStatus": {"courseId": COURSE},
    "generation.watch": {"courseId": COURSE},
    "generation.cancel": {"courseId": COURSE},
    "generation.uploadFile": UPLOAD,
    "generation.listFiles": {"courseId": COURSE},
    "generation.getFileUrl": {"fileId": FILE},
    "generation.deleteFile": {"fileId": FILE},
    "generation.createUpload": {name: UPLOAD[name] for name in ("courseId", "filename", "fileSize", "mimeType")},
    "generation.getUpload": {"uploadId": str(uuid4())},
    "generation.appendToUpload": {
        "uploadId": str(uuid4()),
        "offset": 0,
        "content": UPLOAD["fileContent"],
        "checksum": "sha1 NyUsm6KhAU1QYuD/Ut8tQpqmw9o=",
    },
    "generation.cancelUpload": {"uploadId": str(uuid4())},
    "jobs.getStatus": {"jobId": "course-gen-none"},
    "jobs.list": {"limit": 5, "cursor": "course-gen-0", "courseId": COURSE, "status": "waiting"},
    "jobs.cancel": {"jobId": "course-gen-none"},
    "billing.getUsage": None,
}
ROUTES = {route.path: route for route in TABLE}
WITH_INPUT = [path for path, route in ROUTES.items() if route.procedure.signature.takes_input]
SUBSCRIPTIONS = [path for path, route in ROUTES.items() if route.procedure.kind == "subscription"]
POSTED = [path for path in ROUTES if path not in SUBSCRIPTIONS]
SIGNED_IN = [path for path, route in ROUTES.items() if any(e.__name__ == "Unauthorized" for e in route.errors)]
STAFF_ONLY = [path for path, route in ROUTES.items() if any(e.__name__ == "Forbidden" for e in route.errors)]
OF_ONE_THING = [
    path for path in POSTED if {"courseId", "jobId", "fileId"} & set(VALID.get(path) or ()) and path != "jobs.list"
]
