<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\FileUnreadable;
use Coursegen\Omitted;

/**
 * A form, `multipart/form-data` (RFC 7578), whose last part is a file, never whole in memory.
 *
 * Read it once: every attempt at a call makes its own.
 *
 * @internal
 */
final class FileBody
{
    /** Bytes at a time. */
    public const PIECE = 256 * 1024;

    public readonly string $type;
    public readonly int $length;
    private readonly string $before;
    private readonly string $after;
    private string $waiting = '';
    /** @var \Generator<int, string> */
    private \Generator $pieces;

    /**
     * A file's name goes in a field of its own: there it stays as it is, while in a part's header a quote and `%22`
     * would be the same (WHATWG HTML, multipart/form-data encoding algorithm).
     *
     * @param array<string, mixed> $fields as JSON has them; null and what is omitted is left out
     * @param string $file the name of the file's part
     * @param (callable(int, int): mixed)|null $onProgress told after every piece: the file's bytes sent so far, and all
     */
    public function __construct(
        array $fields,
        string $file,
        private readonly Document $document,
        private readonly mixed $onProgress = null,
    ) {
        $boundary = bin2hex(random_bytes(16));
        $opening = "--{$boundary}\r\nContent-Disposition: form-data; name=";
        $before = '';
        foreach ($fields as $name => $value) {
            if ($value !== null && $value !== Omitted::Field) {
                $text = is_string($value) ? $value : Encode::json($value);
                $before .= "{$opening}\"{$name}\"\r\n\r\n{$text}\r\n";
            }
        }
        $begun = "{$opening}\"{$file}\"; filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n";
        $this->before = $before . $begun;
        $this->after = "\r\n--{$boundary}--\r\n";
        $this->type = "multipart/form-data; boundary={$boundary}";
        $this->length = strlen($this->before) + $document->size + strlen($this->after);
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
            yield $piece;
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
