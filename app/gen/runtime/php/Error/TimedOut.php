<?php

declare(strict_types=1);

namespace Coursegen\Error;

/**
 * The server did not answer in time.
 */
final class TimedOut extends ConnectionFailed
{
}
