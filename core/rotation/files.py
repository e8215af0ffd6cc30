"""The files between preview and confirmation, and copies of one's data: sealed as they lie in the data directory."""

from collections.abc import Iterator

from core import uploads
from core.rotation.places import Tell, is_old, renewed


class KeptFiles:
    """Every kept file, changed while nobody else writes or removes one."""

    label = "uploads"

    def left(self) -> Iterator[str]:
        files = (path for path in uploads.all_files() if is_old(uploads.version_of(path)))
        return (f"{path.parent.name}/{path.name}" for path in files)

    def renew(self, tell: Tell) -> int:
        done = 0
        for path in uploads.all_files():
            if is_old(uploads.version_of(path)):
                done += uploads.change_token(path, renewed)
                tell(done)
        return done
