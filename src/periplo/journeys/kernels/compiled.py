"""How kernels are compiled: without the GIL, kept on disk, never parallel inside (threads stand outside)."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import event
from numba.core.dispatcher import Dispatcher

from periplo.language import from_environment, t
from periplo.operation.machine_code import KEPT

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile on first use for the types it is called with; later processes load the machine code.

    Only other kernels may call one whose name begins with an underscore: it gets no entrance from Python, which
    would be compiled too.
    """
    # These two options are left out of numba's stubs.
    without: Any = {"no_cfunc_wrapper": True, "no_cpython_wrapper": function.__name__.startswith("_")}
    made: Any = njit(nogil=True, cache=KEPT, **without)(function)
    if KEPT:
        _mind_others(made, function)
    return cast(F, made)


def _mind_others(made: Any, function: Callable[..., Any]) -> None:
    """Machine code is kept while its own file stays as it is; it must not outlive a kernel that was compiled into it
    from another file."""
    named = map(function.__globals__.get, function.__code__.co_names)
    kept, inside = made._cache._cache_file, [each for each in named if isinstance(each, Dispatcher)]
    others = {_stamp(each) for each in inside} - {kept._source_stamp}
    if others:
        kept._source_stamp = (kept._source_stamp, *sorted(others, key=repr))


def _stamp(made: Any) -> Any:
    return made._cache._cache_file._source_stamp


class Compilation(event.Listener):
    """Tells in a terminal, on one line that goes again, why first questions take long: each kernel is compiled once.

    Meanwhile no garbage is collected: looking through all that the compiler holds took an eighth of the time.
    """

    def __init__(self) -> None:
        self._begun = self._open = 0
        self._collecting = gc.isenabled()

    def on_start(self, event: Any) -> None:
        if not self._open:
            self._collecting = gc.isenabled()
            gc.disable()
        self._begun += 1
        self._open += 1
        self._say(t("Compiling for this machine, once: {n} …", from_environment(), n=self._begun))

    def on_end(self, event: Any) -> None:
        self._open -= 1
        if not self._open:
            self._say("")
            if self._collecting:
                gc.enable()

    def _say(self, text: str) -> None:
        if sys.stderr and sys.stderr.isatty():
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _load_array_functions() -> None:
    """The compiler's array functions, without what it would import to see whether linear algebra is there.

    That took longer than all else the first question loads; whoever compiles something with it still gets it.
    """
    looked_for = "scipy.linalg.cython_blas"
    if looked_for not in sys.modules:
        sys.modules[looked_for] = ModuleType(looked_for)
        try:
            import_module("numba.np.arraymath")
        finally:
            del sys.modules[looked_for]


_load_array_functions()
event.register("numba:compile", Compilation())  # type: ignore[no-untyped-call]
