<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\ConnectionFailed;
use Coursegen\Error\CoursegenError;
use Coursegen\Error\TimedOut;

/**
 * One request at a time over curl, and the answer piece by piece. The connection is kept for the next request.
 *
 * @internal
 */
final class Exchange
{
    /** They refer to this object, which would otherwise live, and its connection, until the garbage collector comes. */
    private const NO_CALLBACKS = [
        CURLOPT_HEADERFUNCTION => null,
        CURLOPT_READFUNCTION => null,
        CURLOPT_WRITEFUNCTION => null,
    ];

    private readonly \CurlHandle $easy;
    private readonly \CurlMultiHandle $multi;
    private string $received = '';
    private string $statusLine = '';
    /** @var array<string, string> */
    private array $headers = [];
    private float $active = 0.0;

    /**
     * @param array<int, mixed> $options of the caller's own
     */
    public function __construct(private readonly array $options)
    {
        $this->easy = curl_init();
        $this->multi = curl_multi_init();
        curl_multi_setopt($this->multi, CURLMOPT_MAXCONNECTS, 1);
    }

    /**
     * The answer's body as it comes; status and headers are there when its first piece is, or at its end.
     *
     * @return \Generator<int, string>
     *
     * @throws CoursegenError
     */
    public function pieces(Request $request): \Generator
    {
        $this->begin($request);
        try {
            do {
                $result = $this->advance();
                if ($this->received !== '') {  // also what came before a connection was lost
                    $piece = $this->received;
                    $this->received = '';
                    yield $piece;
                    $this->active = Pause::now();  // what the reader takes its time for is not the server's silence
                }
            } while ($result === null && $this->wait($request));
            if ($result !== CURLE_OK) {
                throw $this->failure($request, $result);
            }
        } finally {
            curl_multi_remove_handle($this->multi, $this->easy);
            curl_setopt_array($this->easy, self::NO_CALLBACKS);
            curl_reset($this->easy);
        }
    }

    public function status(): int
    {
        return (int) (explode(' ', $this->statusLine)[1] ?? 0);
    }

    public function isSuccess(): bool
    {
        return intdiv($this->status(), 100) === 2;
    }

    /**
     * The words beside the status, which HTTP/2 and some servers leave out.
     */
    public function reason(): string
    {
        return explode(' ', $this->statusLine, 3)[2] ?? '';
    }

    public function header(string $name): ?string
    {
        return $this->headers[$name] ?? null;
    }

    private function begin(Request $request): void
    {
        [$this->received, $this->statusLine, $this->headers] = ['', '', []];
        $this->active = Pause::now();
        curl_setopt_array($this->easy, $this->options);
        curl_setopt_array($this->easy, $request->options() + $this->ownOptions());
        curl_multi_add_handle($this->multi, $this->easy);
    }

    /**
     * @return array<int, mixed>
     */
    private function ownOptions(): array
    {
        return [
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_HEADERFUNCTION => fn (\CurlHandle $_curl, string $line): int => $this->takeHeader($line),
            CURLOPT_WRITEFUNCTION => fn (\CurlHandle $_curl, string $piece): int => $this->takePiece($piece),
        ];
    }

    private function takeHeader(string $line): int
    {
        $this->active = Pause::now();
        if (str_starts_with($line, 'HTTP/')) {  // an interim answer may have come before
            [$this->statusLine, $this->headers] = [trim($line), []];
        } elseif (str_contains($line, ':')) {
            [$name, $value] = explode(':', $line, 2);
            $this->headers[strtolower($name)] = trim($value);
        }
        return strlen($line);
    }

    private function takePiece(string $piece): int
    {
        $this->active = Pause::now();
        $this->received .= $piece;
        return strlen($piece);
    }

    /**
     * Do what can be done without waiting. How it ended, as curl's number; null before the end.
     */
    private function advance(): ?int
    {
        $sent = curl_getinfo($this->easy, CURLINFO_SIZE_UPLOAD);
        curl_multi_exec($this->multi, $running);
        if (curl_getinfo($this->easy, CURLINFO_SIZE_UPLOAD) !== $sent) {
            $this->active = Pause::now();
        }
        $message = curl_multi_info_read($this->multi);
        return $message === false ? null : $message['result'];
    }

    private function wait(Request $request): bool
    {
        $seconds = $this->active + $request->silence - Pause::now();
        if ($seconds <= 0) {
            throw $this->failure($request, CURLE_OPERATION_TIMEDOUT);
        }
        if (curl_multi_select($this->multi, min($seconds, 1.0)) < 1) {
            Pause::for(0.001);  // while a name is looked up there is nothing to wait for, and select returns at once
        }
        return true;
    }

    private function failure(Request $request, int $error): ConnectionFailed
    {
        $told = curl_error($this->easy) ?: curl_strerror($error);
        $kind = $error === CURLE_OPERATION_TIMEDOUT ? TimedOut::class : ConnectionFailed::class;
        return new $kind("{$request->path}: {$told}", sent: curl_getinfo($this->easy, CURLINFO_REQUEST_SIZE) > 0);
    }
}
