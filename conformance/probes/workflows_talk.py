"""Hypothesis calls the API, a probe is called with its answers: two threads in turn make one the other."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from conformance.model import Exchange, Request
from conformance.probes.base import Steps

Ask = Callable[[Request], Exchange]


class Enough(BaseException):
    """Ends the work from inside: not an error, so that nobody on the way takes it for one."""


def talked(work: Callable[[Ask], None]) -> Steps[None]:
    """The steps of work that asks by calling; only one of the two threads runs at any time.

    Whatever the work raises is raised here, but for `Enough`. A generator that is closed early ends the work.
    """
    wanted: SimpleQueue[Request | BaseException | None] = SimpleQueue()
    answers: SimpleQueue[Exchange | None] = SimpleQueue()

    def ask(request: Request) -> Exchange:
        wanted.put(request)
        answer = answers.get()
        if answer is None:
            answers.put(None)  # whoever asks on the way out hears the same
            raise Enough
        return answer

    def run() -> None:
        ended: BaseException | None = None
        try:
            work(ask)
        except Enough:
            pass
        except BaseException as fault:  # noqa: BLE001 - raised again in the other thread
            ended = fault
        wanted.put(ended)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        while isinstance(step := wanted.get(), Request):
            answers.put((yield step))
        if step is not None:
            raise step
    finally:
        answers.put(None)
        thread.join()
