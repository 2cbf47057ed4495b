<?php

declare(strict_types=1);

namespace Coursegen\Error;

use Coursegen\Issue;
use Coursegen\Runtime\Decode;

/**
 * The server answered with an error; the classes of declared errors are under this one.
 */
class CallFailed extends CoursegenError
{
    /**
     * @param string $type the error's name
     * @param int $number the error's number on the JSON-RPC wire
     * @param int $httpStatus also what `getCode()` gives
     * @param ?string $path the procedure
     * @param array<string, mixed> $details
     * @param list<Issue> $issues what is wrong with the input
     * @param ?float $retryAfter seconds that the server asks to wait
     * @param ?string $requestId finds the call in the server's log
     */
    final public function __construct(
        string $message,
        public readonly string $type = '',
        public readonly int $number = 0,
        public readonly int $httpStatus = 0,
        public readonly ?string $path = null,
        public readonly array $details = [],
        public readonly array $issues = [],
        public readonly ?float $retryAfter = null,
        public readonly ?string $requestId = null,
    ) {
        parent::__construct($message, $httpStatus);
    }

    /**
     * A detail as its own type.
     *
     * @template T
     * @param callable(mixed): T $read
     * @return T
     *
     * @throws UnreadableAnswer if the server left it out, or sent something else
     */
    protected function detail(string $name, callable $read): mixed
    {
        return Decode::field($this->details, $name, $read);
    }

    /**
     * The same, or null where the server left it out.
     *
     * @template T
     * @param callable(mixed): T $read
     * @return T|null
     *
     * @throws UnreadableAnswer
     */
    protected function optionalDetail(string $name, callable $read): mixed
    {
        return isset($this->details[$name]) ? $this->detail($name, $read) : null;
    }
}
