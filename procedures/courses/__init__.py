"""courses.*: what is generated."""

from app.rpc import Router
from procedures.courses.create import create
from procedures.courses.get import get
from procedures.courses.get_content import get_content
from procedures.courses.list import list_

router = Router(create, get, list_, get_content)
