<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

/**
 * How often a call is made again, and for how many seconds a subscription is taken up again; see the client.
 *
 * @internal
 */
final readonly class Policy
{
    public function __construct(
        public int $retries,
        public float $patience,
    ) {
    }
}
