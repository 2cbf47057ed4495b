"""Pictures and drawings that must be refused."""

from tests.procedures.generation.contents.making import gif, jpeg, png, svg, webp
from tests.procedures.generation.contents.refused import DECLARES, ENTITIES, OUTSIDE, damaged, too_large, unsafe

PICTURES = {
    "a wide PNG": too_large("a.png", png(2_000_000_000, 1), "2000000000 x 1"),
    "a large PNG": too_large("a.png", png(10_000, 10_000), "10000 x 10000"),
    "a large GIF": too_large("a.gif", gif(65_535, 65_535), "65535 x 65535"),
    "a large JPEG": too_large("a.jpg", jpeg(65_500, 65_500), "65500 x 65500"),
    "a large WebP": too_large("a.webp", webp(16_777_216, 2), "16777216 x 2"),
    "a large drawing": too_large("a.svg", svg(root="width='1000000000' height='9'"), "1000000000 x 9"),
    "a GIF of endless frames": unsafe("a.gif", gif(frames=2001), "it has 2001 frames, more than 2000"),
    "a PNG without a size": damaged("a.png", png(0, 5), "the picture has no size"),
    "a PNG cut off": damaged("a.png", png()[:40], "the picture ends too early"),
    "a PNG that is its signature alone": damaged("a.png", png()[:8], "the picture ends too early"),
    "a GIF cut off": damaged("a.gif", gif()[:-3], "the picture ends too early"),
    "a JPEG cut off": damaged("a.jpg", jpeg()[:9], "the picture ends too early"),
    "a JPEG without a size": damaged("a.jpg", b"\xff\xd8\xff\xd9", "the picture has no size"),
    "a WebP cut off": damaged("a.webp", webp()[:-4], "the picture is shorter or longer than it says"),
}

SCRIPT = "it holds <script>, which a drawing does not need"
DRAWINGS = {
    "a script": unsafe("a.svg", svg("<script>alert(1)</script>"), SCRIPT),
    "a script by its namespace": unsafe(
        "a.svg",
        svg("<x:script xmlns:x='http://www.w3.org/2000/svg'/>"),
        SCRIPT,
    ),
    "a handler": unsafe("a.svg", svg(root="onload='alert(1)'"), "it holds a script (onload)"),
    "foreign content": unsafe(
        "a.svg", svg("<foreignObject><b/></foreignObject>"), "it holds <foreignobject>, which a drawing does not need"
    ),
    "a link that runs": unsafe("a.svg", svg("<a xlink:href='javascript:alert(1)'><path/></a>"), OUTSIDE),
    "a picture from outside": unsafe("a.svg", svg("<image href='http://127.0.0.1/x.png'/>"), OUTSIDE),
    "a drawing in a data address": unsafe("a.svg", svg("<image href='data:image/svg+xml,x'/>"), OUTSIDE),
    "a part from outside": unsafe("a.svg", svg("<use href='other.svg#a'/>"), OUTSIDE),
    "a style from outside": unsafe("a.svg", svg("<path style='fill:url(http://127.0.0.1/x)'/>"), OUTSIDE),
    "a style behind escapes": unsafe("a.svg", svg(r"<path style='fill:u\72l(http://127.0.0.1/x)'/>"), OUTSIDE),
    "a style sheet from outside": unsafe(
        "a.svg", svg("<style>@import 'http://127.0.0.1/x.css';</style>"), "its style sheet refers to something outside"
    ),
    "a style sheet by instruction": unsafe(
        "a.svg", svg(before="<?xml-stylesheet href='x.css'?>"), "it holds a processing instruction (xml-stylesheet)"
    ),
    "an animated link": unsafe(
        "a.svg",
        svg("<a><set attributeName='xlink:href' to='javascript:alert(1)'/></a>"),
        "it changes where its links lead",
    ),
    "entities": unsafe("a.svg", svg("<text>&b;</text>", before=ENTITIES), DECLARES),
    "entities in UTF-16 without a word of it": unsafe(
        "a.svg",
        svg(before=f"<?xml version='1.0' encoding='UTF-16'?>{ENTITIES}").decode().encode("utf-16"),
        DECLARES,
    ),
    "parts that repeat each other": unsafe(
        "a.svg",
        svg("".join(f"<g id='a{i}'>" + f"<use href='#a{i + 1}'/>" * 10 + "</g>" for i in range(9)) + "<path id='a9'/>"),
        "it repeats its own parts too often",
    ),
    "a part that repeats itself": unsafe(
        "a.svg", svg("<g id='a'><use href='#a'/></g>"), "its parts repeat each other without end"
    ),
    "unfinished": damaged("a.svg", svg()[:-6], "its drawing is not well-formed XML"),
}
