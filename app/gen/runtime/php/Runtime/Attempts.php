<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\CallFailed;
use Coursegen\Error\ConnectionFailed;
use Coursegen\Error\CoursegenError;

/**
 * The attempts at one call.
 *
 * @internal
 */
final class Attempts
{
    private int $failed = 0;

    /**
     * @param bool $repeatable whether making the call twice does no more than making it once
     */
    public function __construct(private readonly int $retries, private readonly bool $repeatable)
    {
    }

    /**
     * Seconds to wait before the next attempt, or null when there is to be none.
     */
    public function pauseAfter(CoursegenError $failure): ?float
    {
        $this->failed++;
        if ($this->failed > $this->retries || !$this->mayRepeat($failure)) {
            return null;
        }
        return Pause::after($this->failed, $failure);
    }

    private function mayRepeat(CoursegenError $failure): bool
    {
        if ($failure instanceof ConnectionFailed) {
            return $this->repeatable || !$failure->sent;
        }
        return $this->repeatable
            && $failure instanceof CallFailed
            && in_array($failure->httpStatus, Pause::RETRIED_STATUSES, true);
    }
}
