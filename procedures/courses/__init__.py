"""courses.*: what is generated."""

from app.rpc import Router
from procedures.courses.create import create
from procedures.courses.delete import delete
from procedures.courses.get import get
from procedures.courses.get_by_slug import get_by_slug
from procedures.courses.get_content import get_content
from procedures.courses.list import list_
from procedures.courses.update import update

router = Router(create, get, get_by_slug, list_, get_content, update, delete)
