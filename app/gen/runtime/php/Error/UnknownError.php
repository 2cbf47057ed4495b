<?php

declare(strict_types=1);

namespace Coursegen\Error;

/**
 * An error that this version of the client has no class for, or that came from something before the server.
 */
final class UnknownError extends CallFailed
{
}
