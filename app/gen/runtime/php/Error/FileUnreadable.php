<?php

declare(strict_types=1);

namespace Coursegen\Error;

/**
 * A file that was to be sent can't be read, or changed while it was sent.
 */
final class FileUnreadable extends CoursegenError
{
}
