<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\FileUnreadable;

/**
 * A file to send; `size` in bytes.
 *
 * @internal
 */
final readonly class Document
{
    private const TYPES = [
        'docx' => 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'gif' => 'image/gif',
        'htm' => 'text/html',
        'html' => 'text/html',
        'jpeg' => 'image/jpeg',
        'jpg' => 'image/jpeg',
        'md' => 'text/markdown',
        'pdf' => 'application/pdf',
        'png' => 'image/png',
        'pptx' => 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
        'svg' => 'image/svg+xml',
        'txt' => 'text/plain',
        'webp' => 'image/webp',
    ];

    private function __construct(
        public string $path,
        public string $filename,
        public string $mimeType,
        public int $size,
    ) {
    }

    /**
     * The file at a path, its type by its name where none is given.
     *
     * @throws FileUnreadable
     */
    public static function at(string $path, ?string $filename = null, ?string $mimeType = null): self
    {
        $name = $filename ?? pathinfo($path, PATHINFO_BASENAME);
        $size = self::open($path)->fstat()['size'];
        return new self($path, $name, $mimeType ?? self::guessedType($name), $size);
    }

    /**
     * The MIME type that a file name stands for.
     */
    public static function guessedType(string $filename): string
    {
        $extension = strtolower(pathinfo($filename, PATHINFO_EXTENSION));
        return self::TYPES[$extension] ?? 'application/octet-stream';
    }

    /**
     * @throws FileUnreadable
     */
    public static function open(string $path): \SplFileObject
    {
        try {
            return new \SplFileObject($path, 'rb');
        } catch (\RuntimeException | \LogicException $error) {  // the latter for a folder
            throw new FileUnreadable($error->getMessage(), previous: $error);
        }
    }
}
