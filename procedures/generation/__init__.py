"""generation.*: start, follow and stop the generation of a course, and the documents it is made from."""

from app.rpc import Router
from procedures.generation import stages
from procedures.generation.append_to_upload import append_to_upload
from procedures.generation.cancel import cancel
from procedures.generation.cancel_upload import cancel_upload
from procedures.generation.create_upload import create_upload
from procedures.generation.delete_file import delete_file
from procedures.generation.get_file_url import get_file_url
from procedures.generation.get_status import get_status
from procedures.generation.get_upload import get_upload
from procedures.generation.initiate import initiate
from procedures.generation.list_files import list_files
from procedures.generation.upload_file import upload_file
from procedures.generation.watch import watch

router = Router(
    initiate,
    get_status,
    watch,
    cancel,
    upload_file,
    list_files,
    get_file_url,
    delete_file,
    create_upload,
    get_upload,
    append_to_upload,
    cancel_upload,
    stages=stages.router,
)
