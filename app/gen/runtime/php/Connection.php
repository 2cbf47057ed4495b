<?php

declare(strict_types=1);

namespace Coursegen;

use Coursegen\Runtime\Exchange;

/**
 * What a client's calls travel over. Kept alive between calls, and closed when nothing refers to it any more.
 *
 * Several clients may share one, one after the other or in turns, in one thread.
 */
final class Connection
{
    /** @var list<Exchange> */
    private array $idle = [];

    /**
     * @param array<int, mixed> $options `CURLOPT_*` of your own: proxies, certificates, interfaces. What the client
     *     itself sets stays as it is; no option makes it follow a redirect.
     */
    public function __construct(private readonly array $options = [])
    {
    }

    /**
     * One that is free: a call may be made while a subscription is read, or out of a callback.
     *
     * @internal
     */
    public function take(): Exchange
    {
        return array_pop($this->idle) ?? new Exchange($this->options);
    }

    /**
     * @internal
     */
    public function giveBack(Exchange $exchange): void
    {
        $this->idle[] = $exchange;
    }
}
