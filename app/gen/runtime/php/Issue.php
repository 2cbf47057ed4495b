<?php

declare(strict_types=1);

namespace Coursegen;

use Coursegen\Runtime\Decode;

/**
 * One problem of an input: where (`$` is the input itself) and what.
 */
final readonly class Issue
{
    public function __construct(
        public string $path,
        public string $message,
    ) {
    }

    /**
     * @param array<mixed> $data
     *
     * @throws Error\UnreadableAnswer
     */
    public static function fromArray(array $data): self
    {
        return new self(
            path: Decode::field($data, 'path', Decode::string(...)),
            message: Decode::field($data, 'message', Decode::string(...)),
        );
    }
}
