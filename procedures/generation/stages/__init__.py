"""A run's jobs, one file each; every one hands on to the next."""

from typing import Any

from app.rpc import Procedure, Router
from procedures.generation._input import StageInput
from procedures.generation.stages.document_processing import document_processing
from procedures.generation.stages.finalization import finalization
from procedures.generation.stages.structure_analysis import structure_analysis
from procedures.generation.stages.structure_generation import structure_generation
from procedures.generation.stages.text_generation import text_generation

router = Router(document_processing, structure_analysis, structure_generation, text_generation, finalization)


def first_stage(*, has_documents: bool) -> Procedure[Any, [StageInput], Any]:
    """Step 2's job: documents are read, or the task is analysed where there are none."""
    return document_processing if has_documents else structure_analysis
