<?php

/*
 * Receives Coursegen's webhooks: php -S 127.0.0.1:PORT receiver.php
 *
 * COURSEGEN_WEBHOOK_SECRET is what webhooks.rotateSecret has answered, `whsec_...`; two of them, with a space between, while
 * you go over to a new one. Answers 204 to a genuine webhook, and 400 to everything else.
 */

declare(strict_types=1);

const TOLERANCE_SECONDS = 5 * 60;
const LARGEST_BODY = 64 * 1024;

final class NotGenuine extends RuntimeException
{
}

/**
 * The event of a genuine webhook (Standard Webhooks 1.0.0). Verify the bytes as they came, before anything reads them.
 *
 * @return array<string, mixed>
 */
function verify(string $id, string $timestamp, string $signatures, string $body): array
{
    if ($id === '' || !preg_match('/\A[0-9]{1,11}\z/', $timestamp)) {
        throw new NotGenuine('webhook-id or webhook-timestamp is missing or malformed');
    }
    if (abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        throw new NotGenuine('the webhook is too old, or from the future');
    }
    foreach (explode(' ', (string) getenv('COURSEGEN_WEBHOOK_SECRET')) as $secret) {
        $key = base64_decode(substr($secret, strlen('whsec_')), true);
        if ($key === false || $key === '') {
            throw new LogicException('COURSEGEN_WEBHOOK_SECRET is not set');
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "{$id}.{$timestamp}.{$body}", $key, true));
        foreach (explode(' ', $signatures) as $signature) {
            if (hash_equals($expected, $signature)) {
                return json_decode($body, true, flags: JSON_THROW_ON_ERROR);
            }
        }
    }
    throw new NotGenuine('no signature is right');
}

function answer(int $status, string $text = ''): void
{
    http_response_code($status);
    header('content-type: text/plain');
    echo $text;
}

$body = file_get_contents('php://input', length: LARGEST_BODY + 1);
if ($_SERVER['REQUEST_METHOD'] !== 'POST' || $body === false || strlen($body) > LARGEST_BODY) {
    answer(400, 'the body is missing or too long');
    return;
}
try {
    $event = verify(
        $_SERVER['HTTP_WEBHOOK_ID'] ?? '',
        $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '',
        $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '',
        $body,
    );
} catch (NotGenuine | JsonException $refused) {
    answer(400, $refused->getMessage());
    return;
}
// Answer at once: what takes time is done afterwards, since a sender waits ten seconds at most. The same id may come twice:
// remember ids for some days, and do nothing for one that you know.
error_log("{$_SERVER['HTTP_WEBHOOK_ID']} {$event['courseId']} {$event['status']}");
answer(204);
