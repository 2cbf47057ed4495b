<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Connection;
use Coursegen\Error\CallFailed;
use Coursegen\Error\CoursegenError;

/**
 * One server and one caller: each call is a POST, each subscription a GET.
 *
 * @internal
 */
final readonly class Wire
{
    /** Seconds without a byte after which a stream counts as lost; the server pings every 15. */
    private const SILENCE = 45.0;

    public Failures $failures;
    private string $url;
    private \SensitiveParameterValue $token;

    /**
     * @param float $timeout seconds
     * @param array<string, class-string<CallFailed>> $errors
     */
    public function __construct(
        string $url,
        #[\SensitiveParameter] ?string $token,
        private string $agent,
        private float $timeout,
        private Connection $connection,
        array $errors,
    ) {
        if (!preg_match('#^https?://[^\s?\#]+$#iD', $url)) {
            throw new \InvalidArgumentException("not the URL of a server: {$url}");
        }
        $this->url = rtrim($url, '/');
        $this->token = new \SensitiveParameterValue($token);
        $this->failures = new Failures($errors);
    }

    /**
     * Those of every request. Attempts at one call share them, so that the server's log shows what belongs together.
     *
     * @return array<string, string>
     */
    public function headers(): array
    {
        $token = $this->token->getValue();
        $headers = ['User-Agent' => $this->agent, 'X-Request-ID' => bin2hex(random_bytes(16))];
        return $token === null ? $headers : [...$headers, 'Authorization' => "Bearer {$token}"];
    }

    /**
     * The body of the answer.
     *
     * @param array<string, string> $headers
     *
     * @throws CoursegenError
     */
    public function post(string $path, string|FileBody $body, array $headers, bool $repeatable): string
    {
        $url = "{$this->url}/rpc/{$path}";
        $headers['Content-Type'] = $body instanceof FileBody ? $body->type : 'application/json';
        $request = new Request($path, $url, $headers, $body, $this->timeout, $this->timeout, $repeatable);
        $exchange = $this->connection->take();
        try {
            $answer = implode('', iterator_to_array($exchange->pieces($request), false));
            return $exchange->isSuccess() ? $answer : throw $this->failures->answered($exchange, $answer);
        } finally {
            $this->connection->giveBack($exchange);
        }
    }

    /**
     * The events of one connection.
     *
     * @param string $input as JSON, empty for none
     * @param ?string $lastId of the event to go on after
     * @return \Generator<int, Event>
     *
     * @throws CoursegenError
     */
    public function listen(string $path, string $input, ?string $lastId): \Generator
    {
        $headers = [...$this->headers(), 'Accept' => 'text/event-stream'];
        if ($lastId !== null) {
            $headers['Last-Event-ID'] = $lastId;
        }
        $url = "{$this->url}/rpc/{$path}" . ($input === '' ? '' : '?input=' . rawurlencode($input));
        $exchange = $this->connection->take();
        try {
            $request = new Request($path, $url, $headers, null, $this->timeout, self::SILENCE, true);
            yield from $this->received($exchange, $request);
        } finally {
            $this->connection->giveBack($exchange);
        }
    }

    /**
     * @return \Generator<int, Event>
     */
    private function received(Exchange $exchange, Request $request): \Generator
    {
        $stream = new EventStream();
        $refusal = '';
        foreach ($exchange->pieces($request) as $piece) {
            if ($exchange->isSuccess()) {
                yield from $stream->feed($piece);
            } else {
                $refusal .= $piece;
            }
        }
        if (!$exchange->isSuccess()) {
            throw $this->failures->answered($exchange, $refusal);
        }
    }
}
