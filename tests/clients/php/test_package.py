"""The client as a package of its own."""

from importlib.metadata import version
from pathlib import Path

import msgspec

from app.boot import TABLE
from app.gen.files import PHP, generated_files
from tests.clients.php.programs import CLIENT, Php
from tests.clients.php.reading import complaints, tidiness

PROJECT = Path(__file__).parents[3]


def test_every_file_is_sound(php: Php) -> None:
    assert complaints(php, CLIENT) == []


def test_a_file_that_is_not_sound_is_told(php: Php, tmp_path: Path) -> None:
    file = tmp_path / "src" / "Type" / "Loose.php"
    file.parent.mkdir(parents=True)
    file.write_text("""<?php
        namespace Coursegen\\Type;
        class Loose implements \\Coursegen\\Runtime\\JsonObject {
            /**
             * @param list<Missing> $data
             * @param string $other
             * @throws \\Coursegen\\Error\\Lost
             */
            public static function fromArray(array $data): self { return new self(); }
            public function jsonSerialize(): \\stdClass { return new \\stdClass(); }
        }
    """)
    loose = "Coursegen\\Type\\Loose"
    assert complaints(php, tmp_path) == [
        f"{loose}: neither final nor readonly",
        f"{loose}::fromArray: no Missing",
        f"{loose}::fromArray: no \\Coursegen\\Error\\Lost",
        f"{loose}::fromArray: no $other",
    ]


def test_it_is_laid_out_by_the_standard() -> None:
    assert tidiness(CLIENT) == ""


def test_it_needs_nothing_but_curl_and_json() -> None:
    composer = msgspec.json.decode((CLIENT / "composer.json").read_bytes())
    assert composer["require"] == {"php": ">=8.2", "ext-curl": "*", "ext-json": "*"}
    assert composer["autoload"] == {"psr-4": {"Coursegen\\": "src/"}}


def test_no_function_of_another_extension_is_called(php: Php) -> None:
    called = php(f"""
        $files = new \\RecursiveIteratorIterator(new \\RecursiveDirectoryIterator('{CLIENT}/src'));
        foreach (new \\RegexIterator($files, '/\\.php$/') as $file) {{
            $text = file_get_contents((string) $file);
            preg_match_all('/(?<![\\w>:$])(?<!function )([a-z_0-9]+)\\(/', $text, $found);
            foreach (array_filter($found[1], function_exists(...)) as $function) {{
                $extensions[(new \\ReflectionFunction($function))->getExtensionName()] = true;
            }}
        }}
        return array_keys($extensions);
    """)
    assert set(called) <= {"Core", "curl", "date", "hash", "json", "pcre", "random", "SPL", "standard"}
    assert {"curl", "json"} <= set(called)


def test_it_has_the_version_of_the_service(php: Php) -> None:
    assert php("return Client::VERSION;") == version("coursegen")


def test_nothing_but_what_is_generated_stands_in_the_source() -> None:
    generated = {path for path in generated_files(TABLE) if path.is_relative_to(PHP)}
    found = {path.relative_to(PROJECT) for path in (PROJECT / PHP / "src").rglob("*") if path.is_file()}
    assert found == generated
