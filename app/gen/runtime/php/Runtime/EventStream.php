<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

/**
 * Collects bytes into server-sent events (WHATWG HTML, section 9.2.6).
 *
 * @internal
 */
final class EventStream
{
    /** A last \r may be half of a \r\n, so it waits for what comes next. */
    private const LINE_BREAK = '/\r\n|\n|\r(?!\z)/';
    private const BYTE_ORDER_MARK = "\u{FEFF}";

    private string $rest = '';
    private bool $begun = false;
    private string $name = 'message';
    /** @var list<string> */
    private array $data = [];
    private ?string $id = null;

    /**
     * The events that these bytes complete.
     *
     * @return \Generator<int, Event>
     */
    public function feed(string $piece): \Generator
    {
        $lines = preg_split(self::LINE_BREAK, $this->rest . $piece) ?: [''];
        $this->rest = array_pop($lines);
        foreach ($lines as $line) {
            $event = $this->take($this->first($line));
            if ($event !== null) {
                yield $event;
            }
        }
    }

    private function first(string $line): string
    {
        $marked = !$this->begun && str_starts_with($line, self::BYTE_ORDER_MARK);
        $this->begun = true;
        return $marked ? substr($line, strlen(self::BYTE_ORDER_MARK)) : $line;
    }

    private function take(string $line): ?Event
    {
        if ($line === '') {
            return $this->complete();
        }
        [$field, $value] = [...explode(':', $line, 2), ''];
        $value = str_starts_with($value, ' ') ? substr($value, 1) : $value;
        if ($field === 'event') {
            $this->name = $value;
        } elseif ($field === 'data') {
            $this->data[] = $value;
        } elseif ($field === 'id' && !str_contains($value, "\0")) {
            $this->id = $value;
        }
        return null;
    }

    private function complete(): ?Event
    {
        $told = $this->data !== [] || $this->id !== null || $this->name !== 'message';
        $event = $told ? new Event($this->name, implode("\n", $this->data), $this->id) : null;
        [$this->name, $this->data, $this->id] = ['message', [], null];
        return $event;
    }
}
