<?php

declare(strict_types=1);

/*
 * A function that loads every file of a client and tells what is wrong with it: a file that is no PHP or warns of
 * something, a class that is not the one its file is named after, a type with a field that can be changed, a doc that
 * names a class that is not there, or a parameter that is not the method's.
 */

namespace Test\Reading;

use Coursegen\Runtime\JsonObject;

/**
 * @return list<string>
 */
function complaints(string $source): array
{
    $found = [];
    $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($source, \FilesystemIterator::SKIP_DOTS));
    foreach ($files as $file) {
        $name = strtr(substr($file->getPathname(), strlen($source) + 1, -strlen('.php')), '/', '\\');
        require_once $file->getPathname();
        if (!class_exists("Coursegen\\{$name}") && !interface_exists("Coursegen\\{$name}")) {
            $found[] = "{$name}: no such class in its file";
            continue;
        }
        $class = new \ReflectionClass("Coursegen\\{$name}");
        $uses = imported(file_get_contents($file->getPathname()));
        array_push($found, ...changeable($class), ...documented($class, $uses));
    }
    return $found;
}

/**
 * @return array<string, string> the last part of a name to the whole of it
 */
function imported(string $text): array
{
    preg_match_all('/^use ([\w\\\\]+);$/m', $text, $lines);
    $last = static fn (string $name): string => substr($name, (int) strrpos($name, '\\') + 1);
    return array_combine(array_map($last, $lines[1]), $lines[1]);
}

function changeable(\ReflectionClass $class): array
{
    $fixed = $class->isReadOnly() && $class->isFinal();
    return $class->implementsInterface(JsonObject::class) && !$class->isInterface() && !$fixed
        ? ["{$class->name}: neither final nor readonly"]
        : [];
}

/**
 * @param array<string, string> $uses
 * @return list<string>
 */
function documented(\ReflectionClass $class, array $uses): array
{
    $found = [];
    $templates = named('/@template(?:-covariant)? (\w+)/', (string) $class->getDocComment());
    foreach ($class->getMethods() as $method) {
        if ($method->class !== $class->name || $method->getDocComment() === false) {
            continue;
        }
        $doc = $method->getDocComment();
        $known = [...$templates, ...named('/@template(?:-covariant)? (\w+)/', $doc)];
        foreach (array_diff(types($doc), $known) as $type) {
            if (!exists($type, $class, $uses)) {
                $found[] = "{$class->name}::{$method->name}: no {$type}";
            }
        }
        $parameters = array_map(static fn (\ReflectionParameter $each): string => $each->name, $method->getParameters());
        foreach (array_diff(named('/@param .*? (?:\.\.\.)?\$(\w+)/', $doc), $parameters) as $parameter) {
            $found[] = "{$class->name}::{$method->name}: no \${$parameter}";
        }
    }
    return $found;
}

/**
 * @return list<string>
 */
function named(string $pattern, string $doc): array
{
    preg_match_all($pattern, $doc, $found);
    return $found[1];
}

/**
 * The classes that the tags of a doc name.
 *
 * @return list<string>
 */
function types(string $doc): array
{
    preg_match_all('/@(?:param|return|throws|var) (.*?)(?: \$|$| [a-z])/m', $doc, $told);
    preg_match_all('/(?<![\w\\\\$])\\\\?[A-Z][\w\\\\]*/', implode(' | ', $told[1]), $names);
    return array_unique($names[0]);
}

/**
 * @param array<string, string> $uses
 */
function exists(string $type, \ReflectionClass $class, array $uses): bool
{
    [$first, $rest] = [...explode('\\', $type, 2), ''];
    $whole = match (true) {
        str_starts_with($type, '\\') => substr($type, 1),
        isset($uses[$first]) => rtrim("{$uses[$first]}\\{$rest}", '\\'),
        default => "{$class->getNamespaceName()}\\{$type}",
    };
    return class_exists($whole) || interface_exists($whole) || enum_exists($whole);
}

return complaints(...);
