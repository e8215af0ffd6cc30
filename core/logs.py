"""No identity number and no phone in a log line or an error report, whoever writes it and whoever handles it.

Records are masked as they are made, not by a filter on a handler: a handler that somebody adds cannot forget it.
"""

import logging
import traceback
from typing import Any

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

from core.text import mask_numbers_in

_plain = logging.getLogRecordFactory()


def mask_every_record() -> None:
    """From now on, in this process."""
    logging.setLogRecordFactory(masked_record)


def masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record whose message and traceback hold no number; formatters use the text of the traceback made here."""
    record = _plain(*args, **kwargs)
    try:
        message = record.getMessage()
    except (TypeError, ValueError):
        # Arguments that do not fit their message: the handler complains of it, showing both.
        message = f"{record.msg} {record.args}"
    if (masked := mask_numbers_in(message)) != message or record.exc_info:
        record.msg, record.args = masked, ()
    if record.exc_info and record.exc_info[0]:
        record.exc_text = mask_numbers_in("".join(traceback.format_exception(*record.exc_info)).rstrip())
    if record.stack_info:
        record.stack_info = mask_numbers_in(record.stack_info)
    return record


class MaskedReporter(ExceptionReporter):
    """Django's report with local variables, for the mail to administrators: masked like a log line."""

    def get_traceback_html(self) -> SafeString:
        return SafeString(mask_numbers_in(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        return SafeString(mask_numbers_in(super().get_traceback_text()))
