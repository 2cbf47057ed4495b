"""No code reads a token without checking its signature: a check of the source, which needs nothing to run.

It follows names that come from PyJWT through imports and assignments of a module, and is strict where it can't follow:
a call that it can't read is a finding. What it can't see is a token taken apart by hand, so it names each place that
decodes URL-safe base64 and lets only listed ones.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("app", "procedures", "clients", "sql")
"""Where the code of the service and of its clients is."""

ALGORITHMS = frozenset({"HS256", "ES256", "RS256"})
UNVERIFIED = frozenset({"decode_complete", "get_unverified_header", "get_unverified_claims"})
OTHER_LIBRARIES = frozenset({"jose", "authlib", "joserfc", "jwcrypto", "python_jwt"})
VERIFICATIONS = frozenset(f"verify_{what}" for what in ("signature", "exp", "nbf", "iat", "aud", "iss", "sub", "jti"))
BY_HAND = frozenset({"urlsafe_b64decode", "base64url_decode"})
DECODED_BY_HAND = "URL-safe base64 decoded by hand"
ALLOWED = {
    ("app/auth/tokens.py", DECODED_BY_HAND): "the header, to know which key checks the signature",
    ("app/storage/addresses.py", DECODED_BY_HAND): "an address, after its signature was checked",
    ("procedures/_keyset.py", DECODED_BY_HAND): "a cursor, which proves nothing and is given no right",
}
"""Findings that are meant, by file and text, each with its reason."""


@dataclass(frozen=True)
class Finding:
    """One line that may read a token unverified."""

    line: int
    what: str


def findings(source: str) -> list[Finding]:
    """What is wrong with a module, in the order of its lines."""
    tree = ast.parse(source)
    module = _Module(tree)
    found = {finding for node in ast.walk(tree) for finding in module.check(node)}
    return sorted(found, key=lambda finding: (finding.line, finding.what))


def unexpected(root: Path, *folders: str) -> list[str]:
    """The findings in all modules of these folders that are not allowed, as `path:line: what`."""
    return [
        f"{name}:{finding.line}: {finding.what}"
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
        for finding in findings(path.read_text())
        if ((name := path.relative_to(root).as_posix()), finding.what) not in ALLOWED
    ]


class _Module:
    def __init__(self, tree: ast.Module) -> None:
        self._known: set[str] = set()
        self._called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        before = -1
        while len(self._known) > before:  # a name that is made of a known one is known
            before = len(self._known)
            for node in ast.walk(tree):
                self._known.update(self._learned(node))

    def _learned(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import(names=names):
                yield from (n.asname or n.name.split(".")[0] for n in names if n.name.split(".")[0] == "jwt")
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "jwt":
                yield from (n.asname or n.name for n in names)
            case ast.Assign(targets=targets, value=value) if self._is_known(value):
                yield from map(ast.unparse, targets)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if self._is_known(value):
                yield ast.unparse(target)
            case ast.NamedExpr(target=target, value=value) if self._is_known(value):
                yield target.id
            case _:
                return

    def _is_known(self, node: ast.AST) -> bool:
        """Whether an expression is PyJWT's own: a name of it, an attribute of one, or what a call of one made."""
        match node:
            case ast.Name() | ast.Attribute() if ast.unparse(node) in self._known:
                return True
            case ast.Attribute(value=value):
                return self._is_known(value)
            case ast.Call(func=ast.Attribute(attr="decode" | "encode")):
                return False  # the claims or the token, no longer the library
            case ast.Call(func=func):
                return self._is_known(func)
            case _:
                return False

    def check(self, node: ast.AST) -> Iterator[Finding]:
        line: int = getattr(node, "lineno", 0)
        yield from (Finding(line, what) for what in (*_names(node), *_options(node), *self._calls(node)))

    def _calls(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="decode")) if self._is_known(owner):
                yield from _decoding(node)
            case ast.Call(func=func) if self._is_known(func):
                yield from _making(node)
            case ast.Attribute(value=owner, attr="decode") if self._is_known(owner) and id(node) not in self._called:
                yield "decode is handed on"
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, *_]) if self._is_known(owner):
                yield "an attribute that only a run can tell"
            case _:
                return


def _names(node: ast.AST) -> Iterator[str]:
    """Names that say it themselves, wherever they stand."""
    match node:
        case ast.Attribute(attr=name) | ast.Constant(value=str(name)) | ast.alias(name=name) if name in UNVERIFIED:
            yield name
        case ast.Attribute(attr=name) | ast.alias(name=name) if name in BY_HAND:
            yield DECODED_BY_HAND
        case ast.Import(names=names) if {n.name.split(".")[0] for n in names} & OTHER_LIBRARIES:
            yield "another library for tokens"
        case ast.ImportFrom(module=str(module), names=names):
            if module.split(".")[0] in OTHER_LIBRARIES:
                yield "another library for tokens"
            if module.split(".")[0] == "jwt" and {n.name for n in names} & {"decode", "*"}:
                yield "decode is imported by name"
        case ast.Call(
            func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            if name.split(".")[0] == "jwt":
                yield "an import that only a run can tell"
        case _:
            return


def _options(node: ast.AST) -> Iterator[str]:
    """A verification that is switched off, in whichever form the options are written."""
    pairs: list[tuple[ast.expr | None, ast.expr]]
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = list(zip(keys, values, strict=True))
        case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
            pairs = [(key, value)]
        case ast.keyword(arg=str(name), value=value):
            pairs = [(ast.Constant(name), value)]
        case _:
            return
    for option, given in pairs:
        said = option.value if isinstance(option, ast.Constant) else None
        if said in VERIFICATIONS and not (isinstance(given, ast.Constant) and given.value is True):
            yield f"{said} is not True"


def _decoding(call: ast.Call) -> Iterator[str]:
    """A call decode(token, key, algorithms, options) names its algorithms, and is written out in full."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if None in named or any(isinstance(argument, ast.Starred) for argument in call.args):
        yield "arguments that only a run can tell"
    if "verify" in named:
        yield "verify is an argument of old releases"
    algorithms = named.get("algorithms", call.args[2] if len(call.args) > 2 else None)
    if algorithms is None:
        yield "decoded without a list of algorithms"
    else:
        yield from _algorithms(algorithms)
    options = named.get("options", call.args[3] if len(call.args) > 3 else None)
    yield from _readable(options)


def _making(call: ast.Call) -> Iterator[str]:
    """What a decoder is made with: its algorithms and options."""
    for keyword in call.keywords:
        if keyword.arg == "algorithms":
            yield from _algorithms(keyword.value)
        if keyword.arg == "options":
            yield from _readable(keyword.value)


def _algorithms(value: ast.expr) -> Iterator[str]:
    """One at least, each a constant that is allowed or a plain name, which types hold to the allowed ones."""
    if not isinstance(value, ast.List | ast.Tuple) or not value.elts:
        yield "algorithms that only a run can tell"
        return
    for element in value.elts:
        if not isinstance(element, ast.Name) and not (
            isinstance(element, ast.Constant) and element.value in ALGORITHMS
        ):
            yield f"the algorithm {ast.unparse(element)}"


def _readable(options: ast.expr | None) -> Iterator[str]:
    """Options are a dict that is written out; what it switches off, `_options` finds."""
    if options is not None and not (
        isinstance(options, ast.Dict) and all(isinstance(k, ast.Constant) for k in options.keys)
    ):
        yield "options that only a run can tell"
