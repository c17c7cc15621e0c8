"""Many readers cost one computation; an error is not remembered."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from periplo.server.answers import Answers


def test_readers_at_the_same_time_share_one_computation() -> None:
    answers, calls, together = Answers(), [], Barrier(8)

    def slow() -> int:
        calls.append(1)
        return 7

    def ask(_: int) -> int:
        together.wait()
        return answers.get("key", slow)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [7] * 8
    assert len(calls) == 1


def test_an_error_is_told_and_forgotten() -> None:
    answers = Answers()
    with pytest.raises(ZeroDivisionError):
        answers.get("key", lambda: 1 // 0)
    assert answers.get("key", lambda: 2) == 2


def test_the_oldest_answer_makes_room() -> None:
    answers = Answers(most=2)
    for key in "abac":
        answers.get(key, lambda key=key: key)  # type: ignore[misc]
    assert answers.get("a", lambda: "new") == "a"
    assert answers.get("b", lambda: "new") == "new"
