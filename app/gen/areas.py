"""The procedures as a tree, as clients show them: an area per part of the paths."""

from dataclasses import dataclass, field

from app.rpc.surface import ProcedureEntry, Surface


@dataclass
class Area:
    """A part of the paths: its own procedures, and the areas inside of it."""

    path: tuple[str, ...] = ()
    procedures: dict[str, ProcedureEntry] = field(default_factory=dict[str, ProcedureEntry])
    areas: dict[str, "Area"] = field(default_factory=dict[str, "Area"])

    def add(self, procedure: ProcedureEntry, parts: list[str]) -> None:
        """Put a procedure where the rest of its path says."""
        if len(parts) == 1:
            self.procedures[parts[0]] = procedure
        else:
            self.areas.setdefault(parts[0], Area((*self.path, parts[0]))).add(procedure, parts[1:])

    def inside(self) -> list["Area"]:
        """All areas in it, the innermost first."""
        return [area for child in self.areas.values() for area in (*child.inside(), child)]


def plain(surface: Surface) -> list[ProcedureEntry]:
    """The procedures that the plain wire carries: all but streamed queries."""
    return [procedure for procedure in surface.procedures if not procedure.streamed]


def tree(procedures: list[ProcedureEntry]) -> Area:
    """These procedures by area; the root has no path."""
    root = Area()
    for procedure in procedures:
        root.add(procedure, procedure.path.split("."))
    return root
