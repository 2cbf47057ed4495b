"""Files that are not what they say: other kinds, polyglots, bombs, pictures and drawings that do harm."""

import pytest

from procedures.generation.contents import REFUSALS
from tests.hostile.asking import Target
from tests.hostile.uploading import told, upload
from tests.procedures.calling import wire
from tests.procedures.generation.contents.hostile import OTHER_KINDS, POLYGLOTS
from tests.procedures.generation.contents.hostile_archives import ARCHIVES, OFFICE
from tests.procedures.generation.contents.hostile_pictures import DRAWINGS, PICTURES
from tests.procedures.generation.contents.refused import Case
from tests.procedures.generation.uploading import Left, document, left, mime_of

pytestmark = pytest.mark.fault("hostile input: all other families")

FILES = {**OTHER_KINDS, **POLYGLOTS, **ARCHIVES, **OFFICE, **PICTURES, **DRAWINGS}


@pytest.mark.parametrize("case", FILES.values(), ids=FILES)
async def test_a_file_that_is_not_what_it_says_is_refused_and_leaves_nothing(target: Target, case: Case) -> None:
    caller = await target.new_caller()
    given = document(caller.course, case.content, case.filename, mime_type=mime_of(case.filename))
    answer = upload(target, caller, wire(given))
    status, text = told(answer)
    assert (status, answer.error["data"]["type"]) == (422, case.error.__name__)
    assert case.text in text
    assert case.error in REFUSALS
    assert await left(target.world, caller.signed_in, caller.course) == Left(0, 0, 0)
