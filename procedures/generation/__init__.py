"""generation.*: start, follow and stop the generation of a course, and the documents it is made from."""

from app.rpc import Router
from procedures.generation import stages
from procedures.generation.cancel import cancel
from procedures.generation.get_status import get_status
from procedures.generation.initiate import initiate
from procedures.generation.upload_file import upload_file
from procedures.generation.watch import watch

router = Router(initiate, get_status, watch, cancel, upload_file, stages=stages.router)
