<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\CallFailed;
use Coursegen\Error\UnknownError;
use Coursegen\Error\UnreadableAnswer;
use Coursegen\Issue;

/**
 * From what goes wrong on the wire to exceptions.
 *
 * @internal
 */
final readonly class Failures
{
    /**
     * @param array<string, class-string<CallFailed>> $classes by the errors' names
     */
    public function __construct(private array $classes)
    {
    }

    /**
     * The exception for an answer that is no success; one with no error object in it (a proxy's page) keeps its status.
     */
    public function answered(Exchange $exchange, string $body): CallFailed
    {
        $told = [
            'httpStatus' => $exchange->status(),
            'retryAfter' => self::retryAfter($exchange->header('retry-after')),
            'requestId' => $exchange->header('x-request-id'),
        ];
        try {
            $shape = Decode::field(Decode::array(Decode::json($body)), 'error', Decode::array(...));
            return $this->declared($shape, $told);
        } catch (UnreadableAnswer) {
            return new UnknownError(rtrim("HTTP {$exchange->status()} {$exchange->reason()}"), ...$told);
        }
    }

    /**
     * The exception of an error object: of its own class, or else UnknownError.
     *
     * @param array<mixed> $shape
     * @param array<string, mixed> $told what the answer says besides
     *
     * @throws UnreadableAnswer
     */
    public function declared(array $shape, array $told = []): CallFailed
    {
        $data = Decode::field($shape, 'data', Decode::array(...));
        $type = Decode::field($data, 'type', Decode::string(...));
        $arguments = [
            'type' => $type,
            'number' => Decode::field($shape, 'code', Decode::int(...)),
            'httpStatus' => Decode::field($data, 'httpStatus', Decode::int(...)),
            'path' => Decode::optional($data, 'path', Decode::nullable(Decode::string(...)), null),
            'details' => Decode::optional($data, 'details', Decode::nullable(Decode::array(...)), null) ?? [],
            'issues' => Decode::optional($data, 'issues', Decode::listOf(self::issue(...)), []),
            ...$told,
        ];
        $class = $this->classes[$type] ?? UnknownError::class;
        return new $class(Decode::field($shape, 'message', Decode::string(...)), ...$arguments);
    }

    /**
     * The seconds that a Retry-After header asks for (RFC 9110, section 10.2.3): a number, or a date.
     */
    public static function retryAfter(?string $value): ?float
    {
        if ($value === null || preg_match('/^\d+$/D', $value)) {
            return $value === null ? null : (float) $value;
        }
        $utc = new \DateTimeZone('UTC');
        $date = \DateTimeImmutable::createFromFormat(\DateTimeInterface::RFC7231, $value, $utc);
        return $date === false ? null : max(0.0, (float) $date->format('U.u') - microtime(true));
    }

    private static function issue(mixed $value): Issue
    {
        return Issue::fromArray(Decode::array($value));
    }
}
