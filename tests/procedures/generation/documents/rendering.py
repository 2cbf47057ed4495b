"""What a renderer makes of Markdown that lets everything through."""

from markdown_it import MarkdownIt


class _Credulous(MarkdownIt):
    """A renderer that lets every link through."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002 - the name is markdown-it's
        return True


def rendered_tokens(text: str) -> list[tuple[str, str]]:
    """What a renderer that allows everything would make: (kind, address) of each inline token."""
    renderer = _Credulous("commonmark", {"html": True}).enable("table")
    tokens = [each for token in renderer.parse(text) for each in (token, *(token.children or ()))]
    return [(token.type, str(token.attrs.get("href", ""))) for token in tokens]
