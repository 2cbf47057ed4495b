<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\ConnectionFailed;
use Coursegen\Error\CoursegenError;
use Coursegen\Omitted;
use Coursegen\Tracked;

/**
 * Calls as they are meant: errors as exceptions, retries of what is safe, streams that resume.
 *
 * @internal
 */
final readonly class Transport
{
    public function __construct(private Wire $wire, private Policy $policy)
    {
    }

    /**
     * Call a procedure; Omitted::Field is no input.
     *
     * @template T
     * @param callable(mixed): T $read
     * @return T
     *
     * @throws CoursegenError
     */
    public function call(string $path, mixed $given, callable $read, bool $repeatable): mixed
    {
        $body = self::encoded($given);
        return $this->repeated($path, fn (): string => $body, [], $read, $repeatable);
    }

    /**
     * Call a procedure that is done once for a key, however often it is called.
     *
     * @template T
     * @param callable(mixed): T $read
     * @return T
     *
     * @throws CoursegenError
     */
    public function callOnce(string $path, mixed $given, callable $read, ?string $key): mixed
    {
        $body = self::encoded($given);
        $headers = ['Idempotency-Key' => $key ?? Uuid::random()];
        return $this->repeated($path, fn (): string => $body, $headers, $read, true);
    }

    /**
     * Call a procedure with a form whose part `file` is the document.
     *
     * @template T
     * @param array<string, mixed> $fields the form's others, as JSON has them
     * @param callable(mixed): T $read
     * @param (callable(int, int): mixed)|null $onProgress
     * @return T
     *
     * @throws CoursegenError
     */
    public function upload(
        string $path,
        array $fields,
        string $file,
        Document $document,
        callable $read,
        ?callable $onProgress,
    ): mixed {
        $body = fn (): FileBody => new FileBody($fields, $file, $document, $onProgress);
        return $this->repeated($path, $body, [], $read, false);
    }

    /**
     * The data of a subscription's events.
     *
     * @template T
     * @param callable(mixed): T $read
     * @return \Generator<int, T>
     *
     * @throws CoursegenError
     */
    public function values(string $path, mixed $given, callable $read): \Generator
    {
        foreach ($this->events($path, $given, $read) as $event) {
            yield $event->data;
        }
    }

    /**
     * The events of a subscription; a lost connection is taken up again.
     *
     * @template T
     * @param callable(mixed): T $read
     * @return \Generator<int, Tracked<T>>
     *
     * @throws CoursegenError
     */
    public function events(string $path, mixed $given, callable $read): \Generator
    {
        $resumption = new Resumption($this->policy->patience);
        while (true) {
            try {
                foreach ($this->wire->listen($path, self::encoded($given), $resumption->lastId) as $event) {
                    $resumption->saw($event);
                    if ($event->name === 'return') {
                        return;
                    }
                    if ($event->name === 'serialized-error') {
                        throw $this->wire->failures->declared(Decode::array(Decode::json($event->data)));
                    }
                    if ($event->name === 'message') {
                        yield new Tracked($event->id === '' ? null : $event->id, $read(Decode::json($event->data)));
                    }
                }
                throw new ConnectionFailed("{$path}: the stream broke off");
            } catch (CoursegenError $failure) {
                Pause::for($resumption->pauseAfter($failure) ?? throw $failure);
            }
        }
    }

    /**
     * @template T
     * @param callable(): (string|FileBody) $body
     * @param array<string, string> $more headers
     * @param callable(mixed): T $read
     * @return T
     */
    private function repeated(string $path, callable $body, array $more, callable $read, bool $repeatable): mixed
    {
        $headers = [...$this->wire->headers(), ...$more];
        $attempts = new Attempts($this->policy->retries, $repeatable);
        while (true) {
            try {
                return $read(Decode::json($this->wire->post($path, $body(), $headers, $repeatable)));
            } catch (CoursegenError $failure) {
                Pause::for($attempts->pauseAfter($failure) ?? throw $failure);
            }
        }
    }

    private static function encoded(mixed $given): string
    {
        return $given === Omitted::Field ? '' : Encode::json($given);
    }
}
