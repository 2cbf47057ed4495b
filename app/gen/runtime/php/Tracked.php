<?php

declare(strict_types=1);

namespace Coursegen;

/**
 * An event of a subscription whose events have ids, after which it can be resumed.
 *
 * @template-covariant T
 */
final readonly class Tracked
{
    /**
     * @param T $data
     */
    public function __construct(
        public ?string $id,
        public mixed $data,
    ) {
    }
}
