"""WordprocessingML by hand: small documents for the tests of Word files."""

from tests.procedures.generation.contents.making import package

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>
<Relationship Id="n" Type="{OFFICE}/numbering" Target="/word/numbering.xml"/>
<Relationship Id="f" Type="{OFFICE}/footnotes" Target="footnotes.xml"/>
<Relationship Id="web" Type="{OFFICE}/hyperlink" Target="https://example.org/a_(b)" TargetMode="External"/>
<Relationship Id="good" Type="{OFFICE}/hyperlink" Target="https://example.org/" TargetMode="External"/>
<Relationship Id="bad" Type="{OFFICE}/hyperlink" Target="javascript:alert(1)" TargetMode="External"/>
</Relationships>"""


def document(body: str, styles: str = "", numbering: str = "", notes: str = "", namespace: str = W) -> bytes:
    """A docx of this body, with parts for styles, lists and footnotes."""

    def part(root: str, inner: str) -> str:
        names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        return f'<w:{root} xmlns:w="{namespace}" xmlns:r="{OFFICE}" {names}>{inner}</w:{root}>'

    return package(
        word__document_xml=part("document", f"<w:body>{body}</w:body>"),
        **{
            "word/_rels/document.xml.rels": RELATIONS,
            "word/styles.xml": part("styles", styles),
            "word/numbering.xml": part("numbering", numbering),
            "word/footnotes.xml": part("footnotes", notes),
        },
    )


def style(identity: str, name: str, inner: str = "", based_on: str = "") -> str:
    based = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return f'<w:style w:styleId="{identity}"><w:name w:val="{name}"/>{based}<w:pPr>{inner}</w:pPr></w:style>'


def paragraph(text: str, properties: str = "", of_run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text, of_run)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def styled(text: str, identity: str) -> str:
    return paragraph(text, f'<w:pStyle w:val="{identity}"/>')


def listed(text: str, depth: int = 0, number: int = 1) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def level(depth: int, format: str, start: int = 1) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/></w:lvl>'


BULLETS_AND_NUMBERS = (
    f'<w:abstractNum w:abstractNumId="0">{level(0, "bullet")}{level(1, "bullet")}{level(2, "decimal")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1">{level(0, "decimal")}{level(1, "lowerLetter")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
)


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def rows(*given: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{each}</w:tr>' for each in given)}</w:tbl>"
