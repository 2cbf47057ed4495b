"""A valid input of each procedure, with every field it has; ids that name nothing."""

import base64
from typing import Any
from uuid import uuid4

from app.boot import TABLE

COURSE = str(uuid4())
FILE = str(uuid4())
USER = str(uuid4())
"""Of an organization too, where there is none anyhow."""
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
    "courses.getBySlug": {"slug": "no-such-course"},
    "courses.update": {
        "courseId": COURSE,
        "title": "T",
        "status": "published",
        "language": "en",
        "style": "plain",
        "courseDescription": None,
        "targetAudience": "A",
        "difficulty": "advanced",
        "learningOutcomes": "O",
        "estimatedLessons": 3,
        "estimatedSections": None,
        "contentStrategy": "S",
        "outputFormats": ["text"],
        "prerequisites": "P",
    },
    "courses.delete": {"courseId": COURSE},
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
    "webhooks.listDeliveries": {"limit": 5, "courseId": COURSE, "state": "failed"},
    "webhooks.redeliver": {"deliveryId": str(uuid4())},
    "webhooks.rotateSecret": {"overlapSeconds": 3600},
    "admin.listOrganizations": {"limit": 5, "sort": "name", "tier": "FREE", "search": "a"},
    "admin.updateOrganization": {"organizationId": USER, "name": "N", "tier": "BASIC"},
    "admin.listUsers": {"sort": "email", "organizationId": USER, "role": "admin", "isActive": True, "search": "@"},
    "admin.updateUserRole": {"userId": USER, "role": "student"},
    "admin.assignSuperAdmin": {"userId": USER},
    "admin.revokeSuperAdmin": {"userId": USER, "role": "admin"},
    "admin.listCourses": {
        "sort": "createdAt",
        "organizationId": USER,
        "userId": USER,
        "status": "draft",
        "generationStatus": "pending",
    },
    "admin.getDashboard": None,
    "admin.getSystemMetrics": {
        "sort": "timestamp",
        "since": "2026-01-01T00:00:00Z",
        "until": "2027-01-01T00:00:00Z",
        "eventTypes": ["job_rollback"],
        "severity": "warn",
        "courseId": COURSE,
    },
    "admin.getConcurrency": None,
    "admin.setGlobalLimit": {"limit": 100},
    "admin.listAudit": {
        "sort": "number",
        "userId": USER,
        "procedure": "courses.get",
        "rowId": COURSE,
        "since": "2026-01-01T00:00:00Z",
        "until": "2027-01-01T00:00:00Z",
    },
}
ROUTES = {route.path: route for route in TABLE}
WITH_INPUT = [path for path, route in ROUTES.items() if route.procedure.signature.takes_input]
SUBSCRIPTIONS = [path for path, route in ROUTES.items() if route.procedure.kind == "subscription"]
POSTED = [path for path in ROUTES if path not in SUBSCRIPTIONS]
SIGNED_IN = [path for path, route in ROUTES.items() if any(e.__name__ == "Unauthorized" for e in route.errors)]
STAFF_ONLY = [path for path, route in ROUTES.items() if any(e.__name__ == "Forbidden" for e in route.errors)]
OF_ONE_THING = [
    path
    for path in POSTED
    if {"courseId", "jobId", "fileId", "deliveryId"} & set(VALID.get(path) or ())
    and path not in ("jobs.list", "webhooks.listDeliveries")
    and not path.startswith("admin.")
]
