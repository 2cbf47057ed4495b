<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Omitted;

/**
 * From typed values to what `json_encode` writes as the service reads it.
 *
 * @internal
 */
final class Encode
{
    private const FLAGS = JSON_THROW_ON_ERROR
        | JSON_UNESCAPED_UNICODE
        | JSON_UNESCAPED_SLASHES
        | JSON_PRESERVE_ZERO_FRACTION;

    /**
     * @throws \JsonException for text that is not UTF-8, and for what JSON has no form for
     */
    public static function json(mixed $value): string
    {
        return json_encode($value, self::FLAGS);
    }

    /**
     * An object of these fields, without those that are left out or that the server would fill in the same way.
     *
     * @param array<string, mixed> $fields
     * @param array<string, mixed> $defaults
     */
    public static function object(array $fields, array $defaults = []): \stdClass
    {
        foreach ($fields as $name => $value) {
            $same = array_key_exists($name, $defaults) && self::same($value, $defaults[$name]);
            if ($value === Omitted::Field || $same) {
                unset($fields[$name]);
            }
        }
        return (object) $fields;
    }

    public static function dateTime(\DateTimeInterface $value): string
    {
        return $value->format('Y-m-d\TH:i:s.uP');
    }

    public static function bytes(string $value): string
    {
        return base64_encode($value);
    }

    /**
     * With new keys: an array that has lost some of its items would be written as an object.
     *
     * @template T
     * @param array<T> $items
     * @return list<T>
     */
    public static function list(array $items): array
    {
        return array_values($items);
    }

    /**
     * @param array<mixed> $items
     */
    public static function map(array $items): \stdClass
    {
        return (object) $items;
    }

    /**
     * @param callable(mixed): mixed $write
     * @return \Closure(array<mixed>): list<mixed>
     */
    public static function listOf(callable $write): \Closure
    {
        return static fn (array $items): array => array_map($write, array_values($items));
    }

    /**
     * @param callable(mixed): mixed $write
     * @return \Closure(array<mixed>): \stdClass
     */
    public static function mapOf(callable $write): \Closure
    {
        return static fn (array $items): \stdClass => (object) array_map($write, $items);
    }

    /**
     * @param callable(mixed): mixed ...$writes
     * @return \Closure(array<mixed>): list<mixed>
     */
    public static function tuple(callable ...$writes): \Closure
    {
        $each = static fn (callable $write, mixed $item): mixed => $write($item);
        return static fn (array $items): array => array_map($each, array_values($writes), array_values($items));
    }

    /**
     * What is null or left out stays so.
     *
     * @param callable(mixed): mixed $write
     * @return \Closure(mixed): mixed
     */
    public static function present(callable $write): \Closure
    {
        return static fn (mixed $value): mixed
            => $value === null || $value === Omitted::Field ? $value : $write($value);
    }

    /**
     * By what a value itself is.
     */
    public static function any(mixed $value): mixed
    {
        return $value instanceof \DateTimeInterface ? self::dateTime($value) : $value;
    }

    private static function same(mixed $value, mixed $default): bool
    {
        return $value === $default || ($default instanceof \stdClass && $value == $default);
    }
}
