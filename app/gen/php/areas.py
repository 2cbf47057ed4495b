"""The client: a class per area, and the one that has them all."""

from app.gen.areas import Area, plain, tree
from app.gen.php.errors import error_names
from app.gen.php.layout import docblock, file, indented, literal
from app.gen.php.methods import Methods
from app.gen.php.names import classes, member, members
from app.gen.php.types import Types
from app.gen.php.uses import Uses
from app.gen.uploads import takes_file
from app.rpc.surface import Surface

NAMESPACE = "Coursegen\\Area"
_CLIENT = """\
Every procedure of a server, by area: `$client->courses->get(...)`.

A call that is safe to repeat, because it only reads or carries an idempotency key, is made again after a lost
connection and after answers that say "not now", with growing pauses and no sooner than the server asks."""
_TAKEN = ("connection", "patience", "retries", "this", "timeout", "token", "transport", "url", "wire")
_IMPORTED = ("Document", "Error", "Omitted", "Tracked", "Transport", "Type", "Decode", "Encode")
_PARAMETERS = (
    "@param string $url where the server is, without `/rpc`",
    "@param ?string $token the access token of who calls",
    "@param float $timeout seconds to wait for a connection, and then each time for the other end to go on",
    "@param int $retries how often a call that is safe to repeat is made again",
    "@param float $patience seconds for which a subscription that lost its connection tries to get it back",
    "@param Connection $connection with curl options of your own, or shared with another client",
)
_SETTINGS = (
    "private string $url,",
    "#[\\SensitiveParameter] ?string $token = null,",
    "private float $timeout = 30.0,",
    "private int $retries = 3,",
    "private float $patience = 60.0,",
    "private Connection $connection = new Connection(),",
)
_WIRE = (
    "$agent = 'coursegen-client-php/' . self::VERSION;",
    "$wire = new Wire($url, $token, $agent, $timeout, $connection, self::ERRORS);",
    "$this->transport = new Transport($wire, new Policy($retries, $patience));",
)
_OTHER_CALLER = """\
/**
 * A client over the same connection for another caller.
 */
public function withToken(#[\\SensitiveParameter] ?string $token): self
{
    return new self($this->url, $token, $this->timeout, $this->retries, $this->patience, $this->connection);
}"""


class Areas:
    """The classes of one surface's areas; what only another wire carries is left out."""

    def __init__(self, surface: Surface, types: Types) -> None:
        self._root = tree(plain(surface))
        self._types = types
        self._errors = error_names(surface)
        paths = [".".join(area.path) for area in self._root.inside()]
        self._classes = classes(paths, _IMPORTED, "Area")

    def files(self) -> dict[str, str]:
        """Class name to the text of its file."""
        return {self._class(area): self._file(area) for area in self._root.inside()}

    def client(self, version: str) -> str:
        """The text of `Client.php`."""
        uses = Uses("Coursegen")
        imports = [uses(name) for name in ("Transport", "Wire", "Policy")]
        methods = self._methods(self._root, uses)
        errors = [f"{literal(wire)} => Error\\{name}::class," for wire, name in self._errors.items()]
        constants = [f"public const VERSION = {literal(version)};", "private const ERRORS = [", *indented(errors), "];"]
        owned = [*self._properties(self._root, "Area\\"), f"private {imports[0]} $transport;"]
        body = [*constants, "", *owned, "", *self._constructor(), "", *_OTHER_CALLER.splitlines(), *methods]
        head = [*docblock(_CLIENT), "final readonly class Client", "{"]
        return file("Coursegen", uses.lines(), [*head, *indented(body), "}"])

    def _constructor(self) -> list[str]:
        made = [*_WIRE, *self._made(self._root, "$this->transport", "Area\\")]
        head = [*docblock("", _PARAMETERS, 1), "public function __construct("]
        return [*head, *indented(_SETTINGS), ") {", *indented(made), "}"]

    def _file(self, area: Area) -> str:
        uses = Uses(NAMESPACE)
        properties = self._properties(area, "")
        head = f"public function __construct(private {uses('Transport')} $transport)"
        constructor = [head, "{", *indented(self._made(area, "$transport", "")), "}"]
        body = [*properties, *([""] if properties else []), *constructor, *self._methods(area, uses)]
        doc = docblock(f"The procedures of `{'.'.join(area.path)}`.")
        return file(
            NAMESPACE, uses.lines(), [*doc, f"final readonly class {self._class(area)}", "{", *indented(body), "}"]
        )

    def _class(self, area: Area) -> str:
        return self._classes[".".join(area.path)]

    def _properties(self, area: Area, prefix: str) -> list[str]:
        names = members(area.areas, _TAKEN, "Area")
        return [f"public {prefix}{self._class(inner)} ${names[name]};" for name, inner in area.areas.items()]

    def _made(self, area: Area, transport: str, prefix: str) -> list[str]:
        names = members(area.areas, _TAKEN, "Area")
        return [
            f"$this->{names[name]} = new {prefix}{self._class(inner)}({transport});"
            for name, inner in area.areas.items()
        ]

    def _methods(self, area: Area, uses: Uses) -> list[str]:
        methods = Methods(self._types, self._errors, uses)
        names = members(area.procedures, ("withToken", "construct"), "Call")
        lines: list[str] = []
        for name, procedure in area.procedures.items():
            lines += ["", *methods.of(procedure, names[name])]
            if takes_file(procedure):
                lines += ["", *methods.upload(procedure, _upload_name(names[name], set(names.values())))]
        return lines


def _upload_name(name: str, taken: set[str]) -> str:
    short = name.removesuffix("File")
    return member(f"{name}At" if short in taken else short, taken, "Call")
