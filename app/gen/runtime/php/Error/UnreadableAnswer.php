<?php

declare(strict_types=1);

namespace Coursegen\Error;

/**
 * The call was answered, but not with what it is declared to give.
 */
final class UnreadableAnswer extends CoursegenError
{
    /**
     * @param string $where the place in the answer, as JSONPath without its `$`
     */
    public function __construct(
        private readonly string $problem,
        private readonly string $where = '',
        ?\Throwable $previous = null,
    ) {
        parent::__construct("\${$where}: {$problem}", previous: $previous);
    }

    /**
     * The same problem, seen from around the place.
     *
     * @internal
     */
    public function inside(string $place): self
    {
        return new self($this->problem, $place . $this->where, $this->getPrevious());
    }
}
