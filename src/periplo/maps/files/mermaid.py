"""The map as a Mermaid flowchart: stages with their customers, arrows with those who went on or came back."""

from __future__ import annotations

from periplo.language import Lang, number, t
from periplo.maps.reading import MapReading, StageReading


def mermaid(reading: MapReading, lang: Lang) -> str:
    """Text of a ``.mmd`` file."""
    names = {stage.id: f"s{place}" for place, stage in enumerate(reading.stages)}
    lines = ["---", f"title: {_quoted(reading.title.tell(lang))}", "---", "flowchart LR"]
    for stage in reading.stages:
        entered = t("{n} entered", lang, n=number(stage.entered, lang))
        lines.append(f'  {names[stage.id]}[{_quoted(stage.label.tell(lang))[:-1]}<br/>{entered}"]')
    for stage in reading.stages:
        for reached, n in stage.reached.items():
            went_on = _quoted(t("{n} went on", lang, n=number(n, lang)))
            lines.append(f"  {names[stage.id]} -->|{went_on}| {names[reached]}")
    if reading.returned and len(reading.stages) > 1:
        back = t("{n} came back", lang, n=number(reading.returned, lang))
        lines.append(f"  {names[reading.stages[-1].id]} -.->|{_quoted(back)}| s0")
    for stage in reading.stages:
        lines += _ends(names[stage.id], stage, lang)
    return "\n".join([*lines, ""])


def _ends(name: str, stage: StageReading, lang: Lang) -> list[str]:
    """Who dropped and who is still open, as nodes of their own, so that the parts add up."""
    ends = (
        ("d", stage.dropped, t("{n} dropped", lang, n=number(stage.dropped, lang))),
        ("o", stage.still_open, t("{n} still open", lang, n=number(stage.still_open, lang))),
    )
    return [f"  {name} -.-> {name}{kind}([{_quoted(text)}])" for kind, n, text in ends if n]


def _quoted(text: str) -> str:
    """A Mermaid string: what could end it or start markup is written as a character code."""
    safe = "".join(f"#{ord(ch)};" if ch in '"<>#;&`\\' else ch for ch in " ".join(text.split()))
    return f'"{safe}"'
