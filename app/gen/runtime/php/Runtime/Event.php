<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

/**
 * One server-sent event; `id` is null where it brought none.
 *
 * @internal
 */
final readonly class Event
{
    public function __construct(
        public string $name,
        public string $data,
        public ?string $id,
    ) {
    }
}
