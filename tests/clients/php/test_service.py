"""The generated client, its example and its README against the service itself."""

import asyncio
import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.auth.claims import Role
from app.context import SignedIn
from tests.clients.php.programs import CLIENT, Php, run_php
from tests.clients.python.conftest import url_of
from tests.clients.python.cutting import cutting_proxy
from tests.procedures.generation.progressing import EVENTS, advance
from tests.procedures.generation.uploading import leave_quota
from tests.transports.server import until
from tests.wire.served import Served
from tests.world import token_of

PROJECT = Path(__file__).parents[3]
EXAMPLE = CLIENT / "examples" / "lms.php"
MAKE_CLIENT = "$client = new Client(getenv('COURSEGEN_URL'), token: getenv('COURSEGEN_TOKEN'));\n"


class Caller:
    """Runs programs whose `$client` is some user's."""

    def __init__(self, folder: Path, url: str, user: SignedIn) -> None:
        self._php = Php(CLIENT / "autoload.php", folder, url, token_of(user))

    async def __call__(self, program: str) -> Any:
        return await asyncio.to_thread(self._php, MAKE_CLIENT + program)


async def caller(served: Served, folder: Path, role: Role = Role.INSTRUCTOR, tier: str = "standard") -> Caller:
    """A new user."""
    return Caller(folder, url_of(served), await served.user(role, tier))


async def test_a_course_is_made_from_a_document(working: Served, data: Path, tmp_path: Path) -> None:
    document = data / "hleb-na-zakvaske.pdf"
    call = await caller(working, tmp_path)
    told = await call(f"""
        $course = $client->courses->create(title: 'Хлеб на закваске', difficulty: 'beginner');
        $client->generation->upload('{document}', $course->id, onProgress: function (...$each) use (&$sent): void {{
            $sent = $each;
        }});
        $initiated = $client->generation->initiate(courseId: $course->id);
        foreach ($client->generation->watch(courseId: $course->id) as $state) {{
        }}
        return [
            'sent' => $sent,
            'initiated' => [$initiated, $course],
            'jobs' => array_column($client->jobs->list(courseId: $course->id)->items, 'jobId'),
            'state' => $state,
            'content' => $client->courses->getContent(courseId: $course->id),
        ];
    """)
    initiated, course = told["initiated"]
    assert told["sent"] == [document.stat().st_size] * 2
    assert (course["title"], course["difficulty"]) == ("Хлеб на закваске", "beginner")
    assert initiated["courseId"] == course["id"]
    assert initiated["jobId"] in told["jobs"]
    assert (told["state"]["status"], told["state"]["progress"]["percentage"]) == ("completed", 100)
    assert all(lesson["text"] for section in told["content"]["sections"] for lesson in section["lessons"])


async def test_a_watch_survives_a_cut_connection(served: Served, tmp_path: Path) -> None:
    """The program's every new state is told by a line, upon which the run goes on and the connection is cut."""
    owner = await served.user()
    marks = tmp_path / "marks"
    marks.touch()
    async with cutting_proxy(served.port) as proxy:
        call = Caller(tmp_path, proxy.url, owner)
        course = await call("""
            $course = $client->courses->create(title: 'Компост');
            return $client->generation->initiate(courseId: $course->id)->courseId;
        """)
        before = proxy.connections
        watching = asyncio.create_task(
            call(f"""
                foreach ($client->generation->watch(courseId: '{course}') as $state) {{
                    file_put_contents('{marks}', "x\\n", FILE_APPEND);
                }}
                return [$state->status, $state->progress->message];
            """)
        )

        def has_seen(number: int) -> bool:
            return len(marks.read_text().splitlines()) >= number or watching.done()

        for number, event in enumerate(EVENTS, 1):
            await asyncio.to_thread(until, partial(has_seen, number), f"state {number} is seen")
            if number in (2, 4):
                proxy.cut()
            await advance(served.world, UUID(course), *event)
        assert await watching == ["completed", EVENTS[-1][2]]
    assert proxy.connections - before >= 3


async def test_a_start_whose_answer_got_lost_is_not_made_twice(served: Served, tmp_path: Path) -> None:
    call = await caller(served, tmp_path)
    first, again, failure, job = await call("""
        $course = $client->courses->create(title: 'Компост');
        $start = fn (?string $key): Type\\Initiated => $client->generation->initiate($course->id, idempotencyKey: $key);
        $jobs = [$start('one start')->jobId, $start('one start')->jobId];
        try {
            $start(null);
        } catch (Error\\AlreadyRunning $refused) {
            return [...$jobs, $refused->type, $refused->jobId()];
        }
    """)
    assert first == again == job
    assert failure == "AlreadyRunning"


async def test_limits_are_told_with_numbers_and_without_waiting(served: Served, tmp_path: Path) -> None:
    call = await caller(served, tmp_path, tier="free")
    assert await call("""
        $start = fn (string $title): Type\\Initiated
            => $client->generation->initiate($client->courses->create(title: $title)->id);
        $start('Первый');
        try {
            $start('Второй');
        } catch (Error\\UserLimitReached $refused) {
            return [$refused->tier(), $refused->userLimit(), $refused->currentUserJobs(), $refused->retryAfter];
        }
    """) == ["FREE", 1, 1, 30]


async def test_a_token_is_changed_over_the_same_connection(served: Served, tmp_path: Path) -> None:
    student = token_of(await served.user(Role.STUDENT))
    call = await caller(served, tmp_path)
    assert await call(f"""
        $id = $client->courses->create(title: 'Мой')->id;
        return [
            caught(fn () => $client->withToken('{student}')->courses->get(courseId: $id))['class'],
            caught(fn () => $client->withToken(null)->courses->list())['class'],
            $client->courses->get(courseId: $id)->title,
        ];
    """) == ["CourseNotFound", "Unauthorized", "Мой"]


async def test_pages_follow_each_other(served: Served, tmp_path: Path) -> None:
    call = await caller(served, tmp_path)
    made, found = await call("""
        foreach (range(1, 5) as $number) {
            $made[] = $client->courses->create(title: "Курс {$number}")->id;
        }
        $cursor = null;
        do {
            $page = $client->courses->list(limit: 2, cursor: $cursor);
            $found = [...$found ?? [], ...array_column($page->items, 'id')];
            $cursor = $page->nextCursor;
        } while ($cursor !== null);
        return [$made, $found];
    """)
    assert sorted(made) == sorted(found)


async def test_what_is_wrong_with_an_input_is_told(served: Served, tmp_path: Path) -> None:
    call = await caller(served, tmp_path)
    refused, watched = await call("""
        $nobody = '00000000-0000-4000-8000-000000000000';
        return [
            caught(fn () => $client->courses->create(title: '')),
            caught(fn () => $client->generation->watch(courseId: $nobody)->current()),
        ];
    """)
    assert (refused["class"], refused["issues"][0]["path"]) == ("InvalidInput", "$.title")
    assert refused["requestId"]
    assert watched["class"] == "CourseNotFound"


async def test_a_large_file_arrives_and_is_never_whole_in_memory(
    served: Served, tmp_path: Path, large_text: Path
) -> None:
    owner = await served.user(tier="premium")
    course = await served.world.course(owner)
    name = 'план "на год" 100%22.txt'
    told, used = await Caller(tmp_path, url_of(served), owner)(f"""
        $told = [];
        $before = memory_get_peak_usage();
        $client->generation->upload(
            '{large_text}', '{course}', '{name}', onProgress: function (...$each) use (&$told): void {{
                $told[] = $each;
            }},
        );
        return [$told, memory_get_peak_usage() - $before];
    """)
    size = large_text.stat().st_size
    stored = await served.world.row("select * from file_catalog where course_id = $1", course)
    assert (stored["filename"], stored["file_size"], stored["mime_type"]) == (name, size, "text/plain")
    assert stored["hash"] == hashlib.sha256(large_text.read_bytes()).hexdigest()
    assert [sent for sent, _ in told] == sorted({sent for sent, _ in told})
    assert (told[-1], {total for _, total in told}) == ([size, size], {size})
    assert used < 4 << 20


async def test_what_is_wrong_with_a_large_file_is_told_by_name(
    served: Served, tmp_path: Path, large_text: Path
) -> None:
    owner, rich = await served.user(), await served.user(tier="premium")
    course, other = await served.world.course(owner), await served.world.course(rich)
    await leave_quota(served.world, rich, 100)
    too_large, of_no_type = await Caller(tmp_path, url_of(served), owner)(f"""
        return [
            caught(fn () => $client->generation->upload('{large_text}', '{course}')),
            caught(fn () => $client->generation->upload('{large_text}', '{course}', 'large.bin')),
        ];
    """)
    assert (too_large["class"], too_large["details"]["limit"], too_large["details"]["size"]) == (
        "FileTooLarge",
        "10 MB",
        "30 MB",
    )
    assert of_no_type["class"] == "FileTypeRefused"
    assert "PDF" in of_no_type["details"]["accepted"]
    too_much = f"return caught(fn () => $client->generation->upload('{large_text}', '{other}'));"
    assert (await Caller(tmp_path, url_of(served), rich)(too_much))["class"] == "StorageQuotaExceeded"


async def lms(served: Served, user: SignedIn, *arguments: str) -> "tuple[int, str, str]":
    """Exit code and output of the example, run as it stands; warnings of PHP would be in the output."""
    variables = {"COURSEGEN_URL": url_of(served), "COURSEGEN_TOKEN": token_of(user)}
    options = ["-d", "error_reporting=-1", "-d", "display_errors=stderr"]
    done = await asyncio.to_thread(run_php, *options, str(EXAMPLE), *arguments, **variables)
    return done.returncode, done.stdout, done.stderr


async def test_the_example_makes_a_course(working: Served, data: Path) -> None:
    document = data / "hleb-na-zakvaske.pdf"
    size = document.stat().st_size
    code, printed, complained = await lms(working, await working.user(), str(document), "Хлеб")
    assert (code, complained) == (0, "")
    assert f"{size} of {size} bytes sent\nГенерация курса инициализирована\n" in printed
    told, _, content = printed.partition("100 % Курс завершен\n")
    assert told
    assert "Что такое закваска\n  " in content


async def test_the_example_says_why_there_is_no_course(served: Served, data: Path, tmp_path: Path) -> None:
    user = await served.user()
    unknown = tmp_path / "x.bin"
    unknown.write_bytes(b"\0")
    document = str(data / "hleb-na-zakvaske.pdf")
    assert (await lms(served, user, str(unknown), "X"))[::2] == (1, "This plan takes PDF, DOCX, PPTX, HTML, TXT, MD.\n")
    code, _, complained = await lms(served, await served.user(Role.STUDENT), document, "X")
    assert code == 1
    assert re.fullmatch(r"Forbidden: .+ \(request \w+\)\n", complained)
    assert (await lms(served, user, str(tmp_path / "none"), "X"))[0] == 1
    assert (await lms(served, user, document))[0] == 2


def readme_scripts() -> list[str]:
    """The README's programs: the main job, errors."""
    return re.findall(r"^```php\n(.*?)^```", (CLIENT / "README.md").read_text(), re.DOTALL | re.MULTILINE)


async def test_the_programs_of_the_readme_run_as_they_stand(
    working: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    variables = {"COURSEGEN_URL": url_of(working), "COURSEGEN_TOKEN": token_of(await working.user())}
    printed: list[str] = []
    for program in readme_scripts():
        file = tmp_path / "program.php"
        file.write_text(program)
        done = await asyncio.to_thread(run_php, "-d", "display_errors=stderr", str(file), **variables)
        assert (done.returncode, done.stderr) == (0, "")
        printed.append(done.stdout)
    main_job, refused = printed
    assert "completed Курс завершен\n" in main_job
    assert main_job.endswith("\n")
    assert "Что такое закваска\n" in main_job
    assert refused == "Course not found\n"
