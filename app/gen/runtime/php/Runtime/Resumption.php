<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\CallFailed;
use Coursegen\Error\ConnectionFailed;
use Coursegen\Error\CoursegenError;

/**
 * Where a stream goes on after its connection was lost, and how long that is tried for.
 *
 * The time counts from the first loss after the last news: a ping, or an event that differs from the one before.
 * A server that always breaks off at the same event brings none.
 *
 * @internal
 */
final class Resumption
{
    /** The error in a stream after which it is taken up again; every other one ends it. */
    private const RECONNECT_NUMBER = -32603;

    public ?string $lastId = null;
    private ?float $lostAt = null;
    private int $failed = 0;
    private ?string $data = null;
    private bool $streaming = false;

    /**
     * @param float $patience seconds
     */
    public function __construct(private readonly float $patience)
    {
    }

    public function saw(Event $event): void
    {
        $this->streaming = true;
        // an empty id is that of an event without one; it is the last tracked event that the stream goes on after
        if ($event->id !== null && $event->id !== '') {
            $this->lastId = $event->id;
        }
        if ($event->name === 'ping' || ($event->name === 'message' && $event->data !== $this->data)) {
            $this->lostAt = null;
            $this->failed = 0;
        }
        if ($event->name === 'message') {
            $this->data = $event->data;
        }
    }

    /**
     * Seconds to wait before connecting again, or null when the stream is over.
     */
    public function pauseAfter(CoursegenError $failure): ?float
    {
        $passing = $this->isPassing($failure);
        $this->streaming = false;
        $this->failed++;
        $now = Pause::now();
        $this->lostAt ??= $now;
        $seconds = $passing ? Pause::after($this->failed, $failure) : null;
        return $seconds !== null && $now + $seconds - $this->lostAt <= $this->patience ? $seconds : null;
    }

    private function isPassing(CoursegenError $failure): bool
    {
        if ($failure instanceof CallFailed) {
            return $this->streaming
                ? $failure->number === self::RECONNECT_NUMBER
                : in_array($failure->httpStatus, Pause::RETRIED_STATUSES, true);
        }
        return $failure instanceof ConnectionFailed;
    }
}
