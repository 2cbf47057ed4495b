<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

/**
 * One HTTP request: a POST with a body, or a GET without one.
 *
 * @internal
 */
final readonly class Request
{
    /**
     * @param string $path of the procedure, for messages
     * @param array<string, string> $headers
     * @param float $timeout seconds to wait for a connection
     * @param float $silence seconds to wait for the other end to go on
     * @param bool $repeatable whether the request may reach the server twice
     */
    public function __construct(
        public string $path,
        public string $url,
        public array $headers,
        public string|FileBody|null $body,
        public float $timeout,
        public float $silence,
        public bool $repeatable,
    ) {
    }

    /**
     * What curl is to be told of it.
     *
     * @return array<int, mixed>
     */
    public function options(): array
    {
        return [
            CURLOPT_URL => $this->url,
            CURLOPT_HTTPHEADER => $this->lines(),
            CURLOPT_CONNECTTIMEOUT_MS => max(1, (int) ($this->timeout * 1000)),
            // on a connection that was kept, curl itself sends a request again that got no answer
            CURLOPT_FRESH_CONNECT => !$this->repeatable,
        ] + $this->bodyOptions();
    }

    /**
     * @return array<int, mixed>
     */
    private function bodyOptions(): array
    {
        if (!$this->body instanceof FileBody) {
            return $this->body === null ? [CURLOPT_HTTPGET => true] : [CURLOPT_POSTFIELDS => $this->body];
        }
        return [
            CURLOPT_UPLOAD => true,
            CURLOPT_CUSTOMREQUEST => 'POST',
            CURLOPT_INFILESIZE => $this->body->length,
            CURLOPT_READFUNCTION => fn (\CurlHandle $_curl, mixed $_stream, int $most): string
                => $this->body->read($most),
        ];
    }

    /**
     * @return list<string>
     */
    private function lines(): array
    {
        $lines = ['Expect:'];  // without it, curl asks before it sends a long body, and waits a second for the answer
        foreach ($this->headers as $name => $value) {
            if (preg_match('/[\x00-\x1f\x7f]/', $value)) {
                throw new \InvalidArgumentException("a control character in the header {$name}");
            }
            $lines[] = "{$name}: {$value}";
        }
        return $lines;
    }
}
