"""Answers are computed once, also for threads; errors are not remembered."""

from __future__ import annotations

from threading import Barrier, Event, Thread

import pytest

from periplo.workspace.remembered import Remembered


def test_the_same_question_is_answered_once_also_to_threads_at_once() -> None:
    remembered: Remembered[int] = Remembered(4)
    asked, barrier, answers = [], Barrier(8), []

    def compute() -> int:
        asked.append(1)
        return 42

    def ask() -> None:
        barrier.wait()
        answers.append(remembered.get("question", compute))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, len(asked)) == ([42] * 8, 1)


def test_a_long_answer_does_not_hold_up_others() -> None:
    remembered: Remembered[str] = Remembered(4)
    begun, go = Event(), Event()

    def slow() -> str:
        begun.set()
        go.wait(30)
        return "slow"

    thread = Thread(target=remembered.get, args=("slow", slow))
    thread.start()
    begun.wait(30)
    assert remembered.get("quick", lambda: "quick") == "quick"
    go.set()
    thread.join()


def test_an_error_is_not_remembered() -> None:
    remembered: Remembered[int] = Remembered(4)
    with pytest.raises(ZeroDivisionError):
        remembered.get("question", lambda: 1 // 0)
    assert remembered.get("question", lambda: 7) == 7


def test_only_the_last_ones_are_kept() -> None:
    remembered: Remembered[int] = Remembered(2)
    for question in (1, 2, 1, 3):
        remembered.get(question, lambda question=question: question)
    assert remembered.get(1, lambda: -1) == 1
    assert remembered.get(2, lambda: -1) == -1
