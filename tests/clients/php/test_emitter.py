"""What the generator makes of a table with everything in it: written, loaded, and called."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from app.gen.php import php_files
from app.gen.php.layout import literal
from app.rpc.surface import surface
from tests.clients.php.programs import CLIENT, Php
from tests.clients.php.reading import complaints, tidiness
from tests.clients.python.sample import TABLE
from tests.clients.python.test_emitter import NAMES
from tests.transports.server import serving

ID = UUID(int=5)
GIVEN = f"id: '{ID}', when: '2026-01-02T03:04:05Z', day: '2026-01-02', color: Type\\Color::RED"
CLIENT_OF_SAMPLE = "$client = new Client(getenv('COURSEGEN_URL'));\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the client of the table was written."""
    folder = tmp_path_factory.mktemp("generated")
    for path, text in php_files(surface(TABLE), "1.2.3").items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copy(CLIENT / "autoload.php", folder)
    return folder


@pytest.fixture(scope="module")
def sample(folder: Path) -> Iterator[Php]:
    """Runs programs that know this client, and the address of a server of the table."""
    with serving("tests.clients.python.sample:create_app") as (port, _process):
        yield Php(folder / "autoload.php", folder, f"http://127.0.0.1:{port}")


def test_values_of_every_kind_go_there_and_back(sample: Php) -> None:
    mixed = sample(f"""{CLIENT_OF_SAMPLE}
        $items = [new Type\\Item('a', weight: '1.50'), new Type\\Item('b')];
        $mixed = $client->mixed->mix(
            {GIVEN}, items: $items, shape: new Type\\Square(2.5), list: [1, 2], class: 'x', level: 'high',
            byName: ['a' => 1], anything: ['deep' => [1.0, null, 'ü']], data: "\\0\\xff",
        );
        return [
            'class' => [$mixed::class, $mixed->shape::class, $mixed->items == $items],
            'when' => $mixed->when->format('c'),
            'kept' => Type\\MixedType::fromArray(json_decode(json_encode($mixed), true)) == $mixed,
            ...get_object_vars($mixed),
        ];
    """)
    assert mixed["class"] == ["Coursegen\\Type\\MixedType", "Coursegen\\Type\\Square", True]
    assert (mixed["id"], mixed["when"], mixed["day"]) == (str(ID), {**mixed["when"]}, "2026-01-02")
    assert mixed["when"]["date"].startswith("2026-01-02 03:04:05")
    assert (mixed["str"], mixed["int"], mixed["again"], mixed["level"]) == ("x", [1, 2], None, "high")
    assert (mixed["color"], mixed["pair"], mixed["byName"]) == ("red", ["a", 1.5], {"a": 1})
    assert mixed["sent"]["anything"] == {"deep": [1.0, None, "ü"]}
    assert mixed["sent"]["data"] == "AP8="
    assert mixed["kept"]


def test_what_is_not_given_is_left_to_the_server(sample: Php) -> None:
    sent = sample(f"return new Type\\MixInput({GIVEN}, items: [new Type\\Item('a')], shape: new Type\\Circle(1.0));")
    assert sent.keys() == {"id", "when", "day", "color", "items", "shape"}
    assert sent["items"] == [{"name": "a", "weight": None}]
    assert sent["shape"] == {"type": "circle", "radius": 1.0}


def test_a_field_that_is_left_out_is_told_from_every_value(sample: Php) -> None:
    given = f"{GIVEN}, items: [], shape: new Type\\Circle(1.0)"
    assert sample(f"return new Type\\MixInput({given}, leftOut: 0);")["leftOut"] == 0
    assert sample(f"return (new Type\\MixInput({given}))->leftOut === Omitted::Field;") is True


def test_an_array_that_lost_items_is_still_an_array(sample: Php) -> None:
    assert sample(f"{CLIENT_OF_SAMPLE} return $client->mixed->list([1 => 3, 5 => 2]);") == [3, 2]


def test_an_input_that_is_one_value_is_given_as_it_is(sample: Php) -> None:
    assert sample(f"""{CLIENT_OF_SAMPLE}
        $er = $client->deep->er;
        return [$client->maybe(), $client->maybe(null), $er->maybe(new Type\\Item('x'))];
    """) == [None, None, "x"]


def test_a_declared_error_has_its_details_typed(sample: Php) -> None:
    told = sample(f"""{CLIENT_OF_SAMPLE}
        try {{
            $client->mixed->refuse(Type\\MixedRefuseInput::MANY);
        }} catch (Error\\TooMany $failure) {{
            $details = [$failure->count(), $failure->kind(), $failure->at(), $failure->type(), $failure->hint()];
            return [...$details, $failure->type, $failure->path, $failure->getCode(), $failure->getMessage()];
        }}
    """)
    assert told[:5] == [3, "pears", str(UUID(int=7)), "of fruit", None]
    assert told[5:] == ["TooMany", "mixed.refuse", 409, "3 is too many of pears"]


def test_a_detail_that_the_server_left_out_is_told_only_where_it_is_asked_for(sample: Php) -> None:
    failure = sample("return caught(fn () => (new Error\\TooMany('x', details: ['kind' => 'pears']))->count());")
    assert (failure["class"], failure["message"]) == ("UnreadableAnswer", "$.count: missing")


@pytest.mark.parametrize(("given", "name"), [("late", "TimeoutError"), ("bug", "InternalError")])
def test_errors_are_caught_by_name(sample: Php, given: str, name: str) -> None:
    failure = sample(f"{CLIENT_OF_SAMPLE} return caught(fn () => $client->mixed->refuse('{given}'));")
    assert failure["class"] == name
    assert failure["requestId"]
    assert ("error_id" in failure["details"]) == (given == "bug")


def test_an_input_that_is_refused_tells_what_is_wrong(sample: Php) -> None:
    failure = sample(f"{CLIENT_OF_SAMPLE} return caught(fn () => $client->mixed->list(['x']));")
    assert failure["class"] == "InvalidInput"
    assert failure["issues"][0]["path"] == "$[0]"


def test_a_key_is_made_where_none_is_given(sample: Php) -> None:
    assert sample(f"{CLIENT_OF_SAMPLE} return $client->mixed->once(idempotencyKey: 'mine');")[-1] == "mine"
    assert UUID(sample(f"{CLIENT_OF_SAMPLE} return $client->mixed->once();")[-1]).version == 4


def test_a_tracked_subscription_goes_on_after_every_bug(sample: Php) -> None:
    events, later = sample(f"""{CLIENT_OF_SAMPLE}
        $events = $client->mixed->count(to: 5);
        return [iterator_to_array($events, false), iterator_to_array($client->mixed->count(5, '4'), false)];
    """)
    assert events == [{"id": str(n), "data": {"n": n}} for n in range(1, 6)]
    assert [event["id"] for event in later] == ["5"]


SHELF = str(UUID(int=6))


@pytest.mark.parametrize("size", [0, 1, 3 * 256 * 1024 + 2])
def test_a_procedure_that_takes_a_file_has_a_method_that_sends_it(sample: Php, tmp_path: Path, size: int) -> None:
    file = tmp_path / "x.md"
    file.write_bytes((b"\r\n--\0" * size)[:size])
    stored = sample(f"{CLIENT_OF_SAMPLE} return $client->deep->er->store('{file}', '{SHELF}');")
    assert (stored["filename"], stored["mimeType"]) == ("x.md", "text/markdown")
    assert stored["digest"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert stored["fields"] == {"shelf": SHELF, "kind": "draft", "copies": None, "sealed": False, "at": None}


def test_a_file_is_called_what_the_caller_calls_it(sample: Php, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    program = f"""{CLIENT_OF_SAMPLE}
        $store = fn (string $name): array => (array) $client->deep->er->store(
            '{file}', '{SHELF}', 'final', 3, true, new \\DateTimeImmutable('2026-01-02T00:00:00Z'), $name, 'a/b',
        );
        return array_map($store, json_decode({literal(msgspec.json.encode(NAMES).decode())}));
    """
    for name, stored in zip(NAMES, sample(program), strict=True):
        assert (stored["filename"], stored["mimeType"]) == (name, "a/b")
        others = {"kind": "final", "copies": 3, "sealed": True, "at": "2026-01-02T00:00:00Z"}
        assert stored["fields"] == {"shelf": SHELF, **others}


def test_a_refusal_before_the_file_was_read_is_the_declared_error(sample: Php, tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_bytes(b"x" * (40 << 20))
    store = f"$client->deep->er->store('{file}', '{SHELF}', copies: 0)"
    failure = sample(f"{CLIENT_OF_SAMPLE} return caught(fn () => {store});")
    assert (failure["class"], failure["details"]["count"]) == ("TooMany", 0)


NEWER = f"""
    $json = [
        'id' => '{ID}', 'when' => '2026-01-01T00:00:00Z', 'day' => '2026-01-01', 'color' => 'mauve', 'again' => null,
        'items' => [['name' => 'a', 'weight' => '1', 'unknown' => ['field' => 1]]], 'str' => '', 'int' => [],
        'shape' => ['type' => 'circle', 'radius' => 1], 'level' => 'middle', 'pair' => ['a', 1, 'more'],
        'byName' => [], 'sent' => [],
    ];
"""


def test_answers_of_a_newer_server_are_read(sample: Php) -> None:
    read = sample(f"{NEWER} return Type\\MixedType::fromArray($json);")
    assert (read["color"], read["level"], read["pair"]) == ("mauve", "middle", ["a", 1.0])
    assert (read["items"], read["shape"]) == ([{"name": "a", "weight": "1"}], {"type": "circle", "radius": 1.0})
    assert (read["byName"], read["int"]) == ({}, [])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("when", "'tomorrow'", "$.when: a date and time expected, 'tomorrow' found"),
        ("when", "'2026-13-01T00:00:00Z'", "$.when: a date and time expected, '2026-13-01T00:00:00Z' found"),
        ("int", "['x' => 1]", "$.int: an array expected, an object found"),
        ("int", "[1, '2']", "$.int[1]: an integer expected, string found"),
        ("byName", "['a' => null]", "$.byName.a: an integer expected, null found"),
        ("shape", "['type' => 'cube']", "$.shape.type: circle or square expected, string found"),
        ("shape", "['type' => 'circle', 'radius' => 'r']", "$.shape.radius: a number expected, string found"),
        ("pair", "['a']", "$.pair[1]: missing"),
        ("str", "null", "$.str: a string expected, null found"),
        ("again", "false", "$.again: an integer expected, bool found"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_with_its_place(sample: Php, field: str, value: str, message: str) -> None:
    read = f"caught(fn () => Type\\MixedType::fromArray([...$json, '{field}' => {value}]))"
    failure = sample(f"{NEWER} return {read};")
    assert (failure["class"], failure["message"]) == ("UnreadableAnswer", message)


def test_what_the_plain_wire_does_not_carry_is_left_out(sample: Php) -> None:
    assert sample("""
        $client = new Client('http://localhost');
        return [method_exists($client->mixed, 'refuse'), method_exists($client->mixed, 'pieces')];
    """) == [True, False]


def test_docs_are_carried_over(sample: Php) -> None:
    method, kind, item = sample("""
        return [
            (new \\ReflectionMethod(\\Coursegen\\Area\\MixedArea::class, 'mix'))->getDocComment(),
            (new \\ReflectionClass(Type\\MixInput::class))->getDocComment(),
            (new \\ReflectionClass(Type\\Item::class))->getDocComment(),
        ];
    """)
    assert "Give back what came in." in method
    assert "@throws Error\\InvalidInput" in method
    assert "@param list<Type\\Item> $items" in method
    assert "`class` is a keyword" in kind
    assert 'With a "quote", a \\ backslash' in item


def test_the_same_table_gives_the_same_bytes_in_every_process() -> None:
    program = (
        "import hashlib; from app.gen.php import php_files; from app.rpc.surface import surface;"
        "from tests.clients.python.sample import TABLE;"
        "print(hashlib.sha256(repr(php_files(surface(TABLE), '1.2.3')).encode()).hexdigest())"
    )
    expected = hashlib.sha256(repr(php_files(surface(TABLE), "1.2.3")).encode()).hexdigest()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
        )
        assert done.stdout.strip() == expected


def test_every_file_is_strict_and_says_that_it_is_generated(folder: Path) -> None:
    opening = "<?php\n\n// generated by `make gen`, do not edit\n\ndeclare(strict_types=1);\n"
    assert all(file.read_text().startswith(opening) for file in (folder / "src").rglob("*.php"))


def test_every_file_is_sound(sample: Php, folder: Path) -> None:
    assert complaints(sample, folder) == []


def test_generated_code_is_laid_out_by_the_standard(folder: Path) -> None:
    assert tidiness(folder / "src") == ""
