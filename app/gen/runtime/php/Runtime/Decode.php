<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\UnreadableAnswer;

/**
 * From decoded JSON to typed values; each function refuses what is of another type.
 *
 * @internal
 */
final class Decode
{
    /** RFC 3339, section 5.6; PHP's own parser takes "tomorrow" as well. */
    private const DATE_TIME = '/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/D';

    /**
     * @throws UnreadableAnswer
     */
    public static function json(string $text): mixed
    {
        try {
            return json_decode($text, true, flags: JSON_THROW_ON_ERROR);
        } catch (\JsonException $error) {
            throw new UnreadableAnswer("not JSON: {$error->getMessage()}", previous: $error);
        }
    }

    public static function any(mixed $value): mixed
    {
        return $value;
    }

    public static function null(mixed $value): null
    {
        return $value === null ? null : throw self::mismatch('null', $value);
    }

    public static function string(mixed $value): string
    {
        return is_string($value) ? $value : throw self::mismatch('a string', $value);
    }

    public static function int(mixed $value): int
    {
        return is_int($value) ? $value : throw self::mismatch('an integer', $value);
    }

    public static function float(mixed $value): float
    {
        return is_int($value) || is_float($value) ? (float) $value : throw self::mismatch('a number', $value);
    }

    public static function bool(mixed $value): bool
    {
        return is_bool($value) ? $value : throw self::mismatch('a boolean', $value);
    }

    /**
     * @return array<mixed>
     */
    public static function array(mixed $value): array
    {
        return is_array($value) ? $value : throw self::mismatch('an array or object', $value);
    }

    public static function dateTime(mixed $value): \DateTimeImmutable
    {
        $text = self::string($value);
        try {
            return preg_match(self::DATE_TIME, $text) ? new \DateTimeImmutable($text) : throw new \Exception($text);
        } catch (\Exception $error) {
            throw new UnreadableAnswer("a date and time expected, '{$text}' found", previous: $error);
        }
    }

    /**
     * The bytes that a base64 text stands for.
     */
    public static function bytes(mixed $value): string
    {
        $bytes = base64_decode(self::string($value), true);
        return $bytes === false ? throw new UnreadableAnswer('base64 expected') : $bytes;
    }

    /**
     * @template T of JsonObject
     * @param class-string<T> $class
     * @return \Closure(mixed): T
     */
    public static function object(string $class): \Closure
    {
        return static fn (mixed $value): JsonObject => $class::fromArray(self::array($value));
    }

    /**
     * One of several object types: which one, a field tells.
     *
     * @template T of JsonObject
     * @param array<class-string<T>> $classes by what stands in the field
     * @return \Closure(mixed): T
     */
    public static function tagged(string $field, array $classes): \Closure
    {
        return static function (mixed $value) use ($field, $classes): JsonObject {
            $data = self::array($value);
            $tag = $data[$field] ?? null;
            $class = is_string($tag) || is_int($tag) ? $classes[$tag] ?? null : null;
            $told = implode(' or ', array_keys($classes));
            return $class === null ? throw self::mismatch($told, $tag)->inside(".{$field}") : $class::fromArray($data);
        };
    }

    /**
     * @template T
     * @param callable(mixed): T $read
     * @return \Closure(mixed): (T|null)
     */
    public static function nullable(callable $read): \Closure
    {
        return static fn (mixed $value): mixed => $value === null ? null : $read($value);
    }

    /**
     * The first of several types that takes a value.
     *
     * @template T
     * @param callable(mixed): T ...$reads
     * @return \Closure(mixed): T
     */
    public static function anyOf(callable ...$reads): \Closure
    {
        return static function (mixed $value) use ($reads): mixed {
            foreach ($reads as $read) {
                try {
                    return $read($value);
                } catch (UnreadableAnswer $refused) {
                    $last = $refused;
                }
            }
            throw $last ?? self::mismatch('nothing', $value);
        };
    }

    /**
     * @template T
     * @param callable(mixed): T $read
     * @return \Closure(mixed): list<T>
     */
    public static function listOf(callable $read): \Closure
    {
        return static function (mixed $value) use ($read): array {
            $items = self::array($value);
            if (!array_is_list($items)) {
                throw new UnreadableAnswer('an array expected, an object found');
            }
            return array_map(static fn (int $at): mixed => self::field($items, $at, $read), array_keys($items));
        };
    }

    /**
     * @template T
     * @param callable(mixed): T $read
     * @return \Closure(mixed): array<T>
     */
    public static function mapOf(callable $read): \Closure
    {
        return static function (mixed $value) use ($read): array {
            $items = self::array($value);
            foreach (array_keys($items) as $name) {
                $items[$name] = self::field($items, $name, $read);
            }
            return $items;
        };
    }

    /**
     * An array with a type for each place.
     *
     * @param callable(mixed): mixed ...$reads
     * @return \Closure(mixed): list<mixed>
     */
    public static function tuple(callable ...$reads): \Closure
    {
        return static function (mixed $value) use ($reads): array {
            $items = self::array($value);
            $places = array_keys(array_values($reads));
            return array_map(static fn (int $at): mixed => self::field($items, $at, $reads[$at]), $places);
        };
    }

    /**
     * @template T
     * @param array<mixed> $data
     * @param callable(mixed): T $read
     * @return T
     *
     * @throws UnreadableAnswer
     */
    public static function field(array $data, int|string $name, callable $read): mixed
    {
        $place = is_int($name) ? "[{$name}]" : ".{$name}";
        if (!array_key_exists($name, $data)) {
            throw new UnreadableAnswer('missing', $place);
        }
        try {
            return $read($data[$name]);
        } catch (UnreadableAnswer $problem) {
            throw $problem->inside($place);
        }
    }

    /**
     * A field that may be left out, and what then stands for it.
     *
     * @template T
     * @template D
     * @param array<mixed> $data
     * @param callable(mixed): T $read
     * @param D $default
     * @return T|D
     *
     * @throws UnreadableAnswer
     */
    public static function optional(array $data, string $name, callable $read, mixed $default): mixed
    {
        return array_key_exists($name, $data) ? self::field($data, $name, $read) : $default;
    }

    private static function mismatch(string $expected, mixed $value): UnreadableAnswer
    {
        return new UnreadableAnswer("{$expected} expected, " . get_debug_type($value) . ' found');
    }
}
