<?php

declare(strict_types=1);

namespace Coursegen\Runtime;

use Coursegen\Error\UnreadableAnswer;

/**
 * A type of the service: an object with fields.
 */
interface JsonObject extends \JsonSerializable
{
    /**
     * From JSON that was decoded to arrays. Fields that this version does not know are ignored.
     *
     * @param array<mixed> $data
     * @return static
     *
     * @throws UnreadableAnswer
     */
    public static function fromArray(array $data): self;

    /**
     * What `json_encode` makes of it; `fromArray` takes it back.
     */
    public function jsonSerialize(): \stdClass;
}
