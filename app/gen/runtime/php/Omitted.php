<?php

declare(strict_types=1);

namespace Coursegen;

/**
 * Stands for a field that was, or is to be, left out, where that means something else than null.
 */
enum Omitted
{
    case Field;
}
