<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\FileUnreadable;

/**
 * A JSON body with a file in one of its fields, in base64 (RFC 4648, section 4), never whole in memory.
 *
 * Read it once: every attempt at a call makes its own.
 *
 * @internal
 */
final class FileBody
{
    /** Bytes at a time; base64 takes them by threes. */
    public const PIECE = 3 * 64 * 1024;

    public readonly int $length;
    private readonly string $before;
    private readonly string $after;
    private string $waiting = '';
    /** @var \Generator<int, string> */
    private \Generator $pieces;

    /**
     * @param JsonObject $given the field stands in it, empty
     * @param (callable(int, int): mixed)|null $onProgress told after every piece: the file's bytes sent so far, and all
     */
    public function __construct(
        JsonObject $given,
        string $field,
        private readonly Document $document,
        private readonly mixed $onProgress = null,
    ) {
        // inside of a JSON string this text would be escaped
        $opening = Encode::json($field) . ':"';
        [$before, $after] = explode("{$opening}\"", Encode::json($given), 2);
        $this->before = $before . $opening;
        $this->after = "\"{$after}";
        $this->length = strlen($this->before) + 4 * intdiv($document->size + 2, 3) + strlen($this->after);
        $this->pieces = $this->pieces();
    }

    /**
     * The next bytes, at most so many; none at the end.
     *
     * @throws FileUnreadable
     */
    public function read(int $most): string
    {
        while (strlen($this->waiting) < $most && $this->pieces->valid()) {
            $this->waiting .= $this->pieces->current();
            $this->pieces->next();
        }
        $bytes = substr($this->waiting, 0, $most);
        $this->waiting = substr($this->waiting, $most);
        return $bytes;
    }

    /**
     * @return \Generator<int, string>
     */
    private function pieces(): \Generator
    {
        yield $this->before;
        $sent = 0;
        $file = Document::open($this->document->path);
        while (($piece = (string) $file->fread(self::PIECE)) !== '') {
            $sent = $this->checked($sent + strlen($piece), ended: false);
            yield base64_encode($piece);
            if ($this->onProgress !== null) {
                ($this->onProgress)($sent, $this->document->size);
            }
        }
        $this->checked($sent, ended: true);
        yield $this->after;
    }

    private function checked(int $sent, bool $ended): int
    {
        if ($sent > $this->document->size || ($ended && $sent < $this->document->size)) {
            throw new FileUnreadable("{$this->document->path} changed while it was sent");
        }
        return $sent;
    }
}
