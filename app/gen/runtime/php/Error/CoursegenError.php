<?php

declare(strict_types=1);

namespace Coursegen\Error;

/**
 * Whatever a call can end with: the server refused it, or could not be reached.
 */
abstract class CoursegenError extends \RuntimeException
{
}
