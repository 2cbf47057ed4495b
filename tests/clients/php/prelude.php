<?php

declare(strict_types=1);

/*
 * Runs a test's program, `php prelude.php AUTOLOAD PROGRAM`, and prints what it returns as JSON.
 *
 * Whatever PHP would only warn of ends the program: of the client, and of the program itself.
 */

namespace Test;

use Coursegen\Connection;
use Coursegen\Error\CallFailed;
use Coursegen\Runtime\Policy;
use Coursegen\Runtime\Transport;
use Coursegen\Runtime\Wire;

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): never {
    throw new \ErrorException($message, 0, $level, $file, $line);
});
require $argv[1];

/**
 * A declared error.
 */
final class LimitReached extends CallFailed
{
}

/**
 * To the scripted server.
 */
function transport(float $timeout = 5.0, int $retries = 3, float $patience = 5.0, ?string $url = null): Transport
{
    $errors = ['LimitReached' => LimitReached::class];
    $wire = new Wire($url ?? getenv('COURSEGEN_URL'), 'a token', 'test', $timeout, new Connection(), $errors);
    return new Transport($wire, new Policy($retries, $patience));
}

/**
 * The error that a call ends with: its class, message and properties.
 */
function caught(callable $call): array
{
    try {
        $call();
    } catch (\Throwable $error) {
        $class = (new \ReflectionClass($error))->getShortName();
        return ['class' => $class, 'message' => $error->getMessage(), ...get_object_vars($error)];
    }
    throw new \LogicException('no error');
}

echo json_encode(require $argv[2], JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
