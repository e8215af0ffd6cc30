"""The folder of messages between web process and worker."""

from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection

from config import broker, celery_app


@pytest.fixture
def queue(tmp_path):
    """Each with a name of its own: kombu remembers, per process, which queues it has bound."""
    (tmp_path / "control").mkdir()
    folders = {"data_folder_in": tmp_path, "data_folder_out": tmp_path, "control_folder": tmp_path / "control"}
    options = {name: str(folder) for name, folder in folders.items()}
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.SimpleQueue(f"queue-{uuid4()}")


def messages_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.msg"))


def test_message_arrives_once(queue, tmp_path):
    queue.put({"id": 7})

    assert len(messages_in(tmp_path)) == 1
    assert queue.get_nowait().payload == {"id": 7}
    assert sorted(tmp_path.glob("*.msg*")) == []


def test_message_is_never_seen_half_written(queue, tmp_path, monkeypatch):
    """What stops before the rename leaves no message behind that a worker could read."""

    def fail(part: Path, target: Path) -> None:
        raise OSError("stopped in the middle")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="in the middle"):
        queue.put({"id": 7})

    assert messages_in(tmp_path) == []
    assert len(list(tmp_path.glob("*.msg.part"))) == 1
    with pytest.raises(queue.Empty):
        queue.get_nowait()


def test_application_uses_the_transport_with_whole_messages():
    transport = celery_app.connection_for_write("filesystem://localhost").transport

    assert type(transport) is broker.Transport
