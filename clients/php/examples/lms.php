<?php

declare(strict_types=1);

/*
 * What an LMS does when an instructor presses "generate": php lms.php document.pdf "A title"
 *
 * COURSEGEN_URL is where the server is, COURSEGEN_TOKEN the instructor's access token. Exits with 1, and a line that
 * says why, when there is no course in the end; with 2 when it was called wrongly.
 */

use Coursegen\Client;
use Coursegen\Error;
use Coursegen\Type\GenerationStateStatus;

require __DIR__ . '/../autoload.php';  // with Composer: vendor/autoload.php

function main(string $document, string $title): int
{
    $client = new Client(getenv('COURSEGEN_URL'), token: getenv('COURSEGEN_TOKEN'));
    $course = $client->courses->create(title: $title);
    $client->generation->upload($document, courseId: $course->id, onProgress: shown(...));
    echo $client->generation->initiate(courseId: $course->id)->message, "\n";
    $status = waited($client, $course->id);
    if ($status !== GenerationStateStatus::COMPLETED) {
        return complained("The generation is {$status}.");
    }
    foreach ($client->courses->getContent(courseId: $course->id)->sections as $section) {
        echo $section->title, "\n";
        foreach ($section->lessons as $lesson) {
            echo '  ', $lesson->title, "\n";
        }
    }
    return 0;
}

function shown(int $sent, int $size): void
{
    echo "{$sent} of {$size} bytes sent\n";
}

function waited(Client $client, string $courseId): ?string
{
    foreach ($client->generation->watch(courseId: $courseId) as $state) {
        $percentage = $state->progress->percentage ?? 0;
        $message = $state->progress->message ?? '';
        echo "{$percentage} % {$message}\n";
    }
    return $state->status ?? null;
}

function complained(string $message): int
{
    fwrite(STDERR, "{$message}\n");
    return 1;
}

if ($argc !== 3 || getenv('COURSEGEN_URL') === false || getenv('COURSEGEN_TOKEN') === false) {
    fwrite(STDERR, "usage: COURSEGEN_URL=... COURSEGEN_TOKEN=... php lms.php DOCUMENT TITLE\n");
    exit(2);
}
try {
    exit(main($argv[1], $argv[2]));
} catch (Error\UserLimitReached $refused) {
    exit(complained("{$refused->userLimit()} courses are being generated already; try again in a while."));
} catch (Error\FileTypeRefused $refused) {
    exit(complained("This plan takes {$refused->accepted()}."));
} catch (Error\CallFailed $refused) {
    exit(complained("{$refused->type}: {$refused->getMessage()} (request {$refused->requestId})"));
} catch (Error\CoursegenError $failure) {
    exit(complained($failure->getMessage()));
}
