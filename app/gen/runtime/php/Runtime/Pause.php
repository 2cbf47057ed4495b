<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\CallFailed;
use Coursegen\Error\CoursegenError;

/**
 * How long to wait before something is tried again.
 *
 * @internal
 */
final class Pause
{
    /** Statuses of what was refused before anything was done, or not answered by the service itself. */
    public const RETRIED_STATUSES = [429, 502, 503, 504];
    public const FIRST = 0.2;
    /** Seconds. A server that asks for more is not waited for: the caller is told, and decides. */
    public const LONGEST = 10.0;

    /**
     * Seconds after so many failures: doubling, with jitter, and never less than the server asks for.
     *
     * Null when the server asks for longer than anybody wants to wait unknowingly.
     */
    public static function after(int $failed, CoursegenError $failure): ?float
    {
        $jitter = random_int(500_000, 1_000_000) / 1_000_000;
        $jittered = min(self::FIRST * 2.0 ** ($failed - 1), self::LONGEST) * $jitter;
        $asked = $failure instanceof CallFailed ? $failure->retryAfter : null;
        if ($asked === null) {
            return $jittered;
        }
        return $asked <= self::LONGEST ? $asked + $jittered : null;
    }

    public static function for(float $seconds): void
    {
        usleep((int) ($seconds * 1_000_000));
    }

    /**
     * Seconds on a clock that nobody sets.
     */
    public static function now(): float
    {
        return hrtime(true) / 1_000_000_000;
    }
}
