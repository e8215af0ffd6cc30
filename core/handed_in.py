"""Files that are looked at and never stored: in memory alone, up to a limit, and not on disk for a moment."""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest


class InMemory(FileUploadHandler):
    """Keeps the first file up to `limit` bytes; of what goes beyond, only the length, so that the form can say so."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self._limit = limit
        self._kept = io.BytesIO()
        self._length = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept, self._length = io.BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._length += len(raw_data)
        if self._length <= self._limit:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept,
            self.field_name,
            self.file_name,
            self.content_type,
            self._length,
            self.charset,
            self.content_type_extra,
        )


def keep_in_memory(request: HttpRequest, limit: int) -> None:
    """Before anybody reads request.POST."""
    request.upload_handlers = [InMemory(request, limit)]
