"""The runbook's sections on the database: failing over, restoring a backup, a trail that was changed, a full disk."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.dev import Databases, LocalServers
from app.dev.postgres import dsn
from tests.cli.programs import until
from tests.runbook.deployment import NAME, Deployment, blocks
from tests.runbook.servers import address_of, standby

PROMOTE, CHECK = blocks("The database failed over")
[BACK_UP] = blocks("Back up")
OLD_EVENTS = """
    insert into system_metrics (event_type, severity, "timestamp")
    select event, 'info', now() - interval '91 days' from unnest('{job_rollback,superadmin_action}'::text[]) event
"""
KEEP_FILES, RESTORE, SWITCH, VERIFY = blocks("Restore from a backup")


def upload(deployment: Deployment, course: str, name: str) -> str:
    """A small document of a course."""
    answer = httpx.post(
        f"{deployment.url}/rpc/generation.uploadFile",
        data={"courseId": course},
        files={"file": (f"{name}.txt", f"What {name} is about.".encode(), "text/plain")},
        headers={"authorization": f"Bearer {deployment.token('instructor@demo.local')}"},
        timeout=20,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["fileId"])


def act_as_superadmin(deployment: Deployment) -> None:
    """Something that the audit trail holds."""
    assert deployment.post("admin.setGlobalLimit", deployment.token(), limit=7).status_code == 200


def head(deployment: Deployment) -> str:
    return deployment.does("coursegen audit verify").split()[-1]


def test_a_standby_takes_over_with_everything_that_was_answered(own_deployment: Deployment) -> None:
    deployment = own_deployment
    act_as_superadmin(deployment)
    noted = head(deployment)
    with standby(deployment) as address:
        deployment.stop("work")
        course = deployment.started("Закваска")
        [primary] = [child for child in deployment.servers.children if child.name == "PostgreSQL"]
        url = dsn(Path(address), NAME)
        until(lambda: _knows(url, course), "the standby has it", 10)
        os.kill(primary.pid, signal.SIGQUIT)  # an immediate shutdown: nothing more is sent
        until(lambda: deployment.ready().get("database") is False, "the database is gone", 10)
        deployment.does(PROMOTE, STANDBY_URL=url, OLD_ADDRESS=address_of(deployment.servers), NEW_ADDRESS=address)
        deployment.stop()
        deployment.start()
        deployment.ends(course)
        assert f"head {noted}" in deployment.does(CHECK, HEAD=noted)


def _knows(dsn: str, course: str) -> bool:
    with psycopg.connect(dsn) as connection:
        return connection.execute("select from courses where id = %s", [course]).fetchone() is not None


def restored(deployment: Deployment, server: LocalServers) -> str:
    """The owner's URL of the backup, restored to an empty server."""
    there = Databases(server.addresses.postgres_dsn)
    url = there.named(NAME).superuser
    deployment.does(RESTORE, NEW_SERVER_URL=server.addresses.postgres_dsn, NEW_OWNER_URL=url)
    return url


def test_a_backup_is_restored_to_a_new_server_and_what_was_under_way_then_is_finished(
    own_deployment: Deployment, tmp_path: Path
) -> None:
    deployment = own_deployment
    act_as_superadmin(deployment)
    deployment.stop("work")
    course = deployment.started("Закваска")
    other = str(deployment.call("courses.create", title="Компост")["id"])
    kept, deleted = upload(deployment, other, "kept"), upload(deployment, other, "deleted")
    deployment.does(BACK_UP)
    later = upload(deployment, other, "later")
    path = "select storage_path from file_catalog where id = %s"
    kept_path, later_path = deployment.sql(path, kept), deployment.sql(path, later)
    deployment.call("generation.deleteFile", fileId=deleted)
    deployment.call("generation.cancel", courseId=course)
    with LocalServers(tmp_path / "new", {"REDIS_URL": deployment.settings.redis_url}) as server:
        deployment.stop()
        deployment.does(KEEP_FILES)
        restored(deployment, server)
        deployment.does(SWITCH, OLD_ADDRESS=address_of(deployment.servers), NEW_ADDRESS=address_of(server))
        assert "intact, head" in deployment.does(VERIFY)
        deployment.start()
        deployment.ends(course)
        assert deployment.call("generation.listFiles", courseId=other)["files"]
        until(lambda: not stored(deployment, later_path), "the later file is deleted", 20)
        until(lambda: is_lost(deployment, deleted), "the deleted file is lost", 20)
        assert stored(deployment, kept_path)
        assert (deployment.folder / "files-kept" / later_path).exists()
        [look] = blocks("A file has lost its object")
        assert deleted in deployment.does(look)


def stored(deployment: Deployment, path: str) -> bool:
    return (deployment.folder / "files" / path).exists()


def is_lost(deployment: Deployment, file: str) -> Any:
    return deployment.sql("select lost_at from file_catalog where id = %s", file)


def test_a_trail_that_was_changed_is_mended_from_a_backup(own_deployment: Deployment, tmp_path: Path) -> None:
    verify, look, mend = blocks("The audit trail was changed")
    deployment = own_deployment
    act_as_superadmin(deployment)
    noted = head(deployment)
    deployment.does(BACK_UP)
    with psycopg.connect(deployment.settings.owner_database_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update system_metrics set metadata = '{}' where event_type = 'superadmin_action'")
    told = deployment.run(verify)
    assert told.returncode == 1
    assert "the audit trail was changed: link 1, event " in told.stderr
    with LocalServers(tmp_path / "backup", {"REDIS_URL": deployment.settings.redis_url}) as server:
        backup = restored(deployment, server)
        while (told := deployment.run(verify)).returncode:
            event = told.stderr.partition("event ")[2].partition(":")[0]
            assert event in deployment.does(look, BACKUP_URL=backup, EVENT=event)
            deployment.run(mend, HEAD=noted, EVENT=event)
    assert deployment.does(verify, HEAD=noted) == f"intact, head {noted}\n"


def test_room_is_made_by_deleting_old_events_and_the_trail_stays_whole(deployment: Deployment) -> None:
    look, delete = blocks("A disk is full")
    deployment.sql(OLD_EVENTS)
    noted = head(deployment)
    assert "system_metrics" in deployment.does(look)
    assert "DELETE 1\n" in deployment.does(delete)
    assert head(deployment) == noted
