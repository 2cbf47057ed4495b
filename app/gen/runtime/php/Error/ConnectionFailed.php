<?php

declare(strict_types=1);

namespace Coursegen\Error;

/**
 * The server could not be reached, or the connection was lost.
 */
class ConnectionFailed extends CoursegenError
{
    /**
     * @param bool $sent whether the call may have reached the server
     */
    final public function __construct(string $message, public readonly bool $sent = true)
    {
        parent::__construct($message);
    }
}
