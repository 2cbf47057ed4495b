"""SVG: a drawing that is nothing but a drawing. What could run, or reach out of it, is refused, not cleaned."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import BinaryIO

from procedures.generation._upload_errors import FileTypeMismatch, FileUnsafe
from procedures.generation.contents.markup import Markup, local_name, scan
from procedures.generation.contents.pictures import check_size

MOST_DRAWN = 100_000
"""Elements that a drawing may show with each `use` counted as what it repeats."""

_DEEPEST_USE = 50
_ACTIVE = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "object", "embed", "audio", "video"})
_ANIMATIONS = frozenset({"set", "animate"})
_RASTER = re.compile(r"data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!['\"]?#)|@import|expression\(|javascript:", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d{1,15}(?:\.\d*)?)\s*(?:px|pt|pc|mm|cm|in)?\s*")
_CHUNK = 1 << 16


def check_drawing(file: BinaryIO) -> None:
    """Raises FileUnsafe, FileTypeMismatch, ImageTooLarge, FileDamaged."""
    file.seek(0)
    drawing = _Drawing()
    scan(iter(lambda: file.read(_CHUNK), b""), drawing, "drawing")
    if drawing.drawn() > MOST_DRAWN:
        raise FileUnsafe(reason="it repeats its own parts too often")


class _Drawing(Markup):
    """Looks at every element; counts what each part that `use` can repeat would show."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str | None] = []
        self._own: defaultdict[str | None, int] = defaultdict(int)
        self._uses: defaultdict[str | None, list[str]] = defaultdict(list)
        self._in_style = False

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag).casefold()
        if not self._open:
            _check_root(name, attributes)
        if name in _ACTIVE:
            raise FileUnsafe(reason=f"it holds <{name}>, which a drawing does not need")
        if name in _ANIMATIONS and "href" in attributes.get("attributeName", "").casefold():
            raise FileUnsafe(reason="it changes where its links lead")
        for key, value in attributes.items():
            _check_attribute(key, value)
        self._in_style = name == "style"
        self._count(name, attributes)

    def end(self, tag: str) -> None:
        super().end(tag)
        self._open.pop()
        self._in_style = False

    def data(self, text: str) -> None:
        if self._in_style and (_OUTSIDE.search(text) or "\\" in text):
            raise FileUnsafe(reason="its style sheet refers to something outside")

    def pi(self, target: str, _text: str | None = None) -> None:
        raise FileUnsafe(reason=f"it holds a processing instruction ({target[:50]})")

    def drawn(self) -> int:
        """How many elements are shown, up to a little more than may be."""
        known: dict[str | None, int] = {}

        def shown(part: str | None, within: tuple[str | None, ...]) -> int:
            if part in within or len(within) > _DEEPEST_USE:
                raise FileUnsafe(reason="its parts repeat each other without end")
            if part not in known:
                inner = sum(shown(used, (*within, part)) for used in self._uses[part])
                known[part] = min(self._own[part] + inner, MOST_DRAWN + 1)
            return known[part]

        return shown(None, ())

    def _count(self, name: str, attributes: Mapping[str, str]) -> None:
        self._open.append(attributes.get("id"))
        parts = {None, *self._open}
        for part in parts:
            self._own[part] += 1
            if name == "use":
                self._uses[part] += [value[1:] for key, value in attributes.items() if local_name(key) == "href"]


def _check_root(name: str, attributes: Mapping[str, str]) -> None:
    if name != "svg":
        raise FileTypeMismatch(declared="SVG", found="html" if name == "html" else "xml")
    sizes = [_LENGTH.fullmatch(attributes.get(side, "")) for side in ("width", "height")]
    width, height = (int(float(size[1])) or 1 if size else 1 for size in sizes)
    check_size(width, height)


def _check_attribute(key: str, value: str) -> None:
    name = local_name(key).casefold()
    if name.startswith("on"):
        raise FileUnsafe(reason=f"it holds a script ({name[:50]})")
    if name in {"href", "src", "base"} and not (value.strip().startswith("#") or _RASTER.match(value.strip())):
        raise FileUnsafe(reason="it refers to something outside")
    escaped = key == name and "\\" in value  # plain attributes are CSS, whose escapes could hide the rest
    if escaped or _OUTSIDE.search(value):
        raise FileUnsafe(reason="it refers to something outside")
