"""Paths as questions to journeys."""

from __future__ import annotations

from typing import Annotated

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis, Step
from periplo.analysis.facts import ORDERED, currencies_of
from periplo.analysis.paths import defining, given
from periplo.analysis.paths.loops import LoopQuestion, Loops
from periplo.analysis.paths.nodes import Of
from periplo.analysis.paths.pattern import read_pattern
from periplo.analysis.paths.sankey import Sankey, SankeyQuestion
from periplo.analysis.paths.sequences import SequenceQuestion, Sequences
from periplo.analysis.paths.sequences import definition as sequences_definition
from periplo.analysis.paths.step_matrix import StepMatrix, StepMatrixQuestion
from periplo.analysis.paths.transitions import TransitionQuestion, Transitions
from periplo.analysis.paths.versus import versus_of
from periplo.analysis.paths.whole import Per, TopPaths, TopPathsQuestion
from periplo.analysis.question import ALL_AT_ONCE
from periplo.errors import UsageError

NodeKind = Annotated[Of, Help("What a node is: a touchpoint (channel and kind of contact), or an event.")]
Collapse = Annotated[bool, Help("Equal nodes in a row are one visit.")]
Gap = Annotated[str, Help("A pause of so long ends a path: 30min, 2h; never.")]
Against = Annotated[Step | None, Help("A segment or predicate: the customers it holds for, against all others.")]
Top = Annotated[int, Help("So many stand alone; all others are one.")]
Anchor = Annotated[Step | None, Help("The event that paths are aligned on, with what comes before and after.")]
Window = Annotated[
    str | None, Help("A path is what lies within this time of its anchor, whatever the pauses: 7d, 12h.")
]


class PathQuestions(Basis):
    @question("Which touchpoint or event follows which: counts, shares and times.")
    def transitions(
        self,
        collapse: Collapse = True,
        of: NodeKind = "touchpoint",
        gap: Gap = "never",
        times: Annotated[
            bool, Help("Median and ninth decile of the times between; without them it is quicker.")
        ] = True,
        versus: Against = None,
    ) -> Transitions:
        """Which node follows which. ``of="event", collapse=False`` is the directly-follows graph of process mining.

        References: ``transition/<from>/<to>``, each a node (``<channel>:<contact>`` or event), or ``start``, ``end``.
        """
        against = versus_of(self, versus)
        asked = TransitionQuestion(given.walk(self, of, collapse, gap), times, against)
        steps = self.ask(asked, ALL_AT_ONCE)
        return Transitions(
            definition=defining.transitions(of, collapse, gap, against),
            evidence=self.evidence,
            moves=asked.moves(steps, self.ask(asked.timed(steps), ALL_AT_ONCE) if times else None),
            of=of,
            collapsed=collapse,
            versus=against.name if against else None,
        ).opened_by(lambda ref: self.find(asked.behind, ref))

    @question("Where paths go from a start, where they come from before an end, or both around an anchor.")
    def sankey(
        self,
        start: Annotated[Step | None, Help("The event that paths are followed from.")] = None,
        end: Annotated[
            Step | None,
            Help("The event that paths are followed to, backwards; with a start, only those that get there."),
        ] = None,
        anchor: Anchor = None,
        steps: Annotated[int, Help("So many steps are shown, before and after.")] = 5,
        top: Top = 8,
        of: NodeKind = "touchpoint",
        gap: Gap = "30min",
        within: Window = None,
        collapse: Collapse = True,
        versus: Against = None,
    ) -> Sankey:
        """Flows of paths from column to column, which add up. Without start, end or anchor from the begin of each path.

        References: ``sankey/<column>/<node>``, ``sankey/<column>/<from>/<to>``; also ``other``, ``start``, ``end``.
        """
        given.sized("steps", steps, given.MOST_COLUMNS)
        given.sized("top", top, given.MOST_TOP)
        if anchor is not None and (start is not None or end is not None):
            raise UsageError("An anchor stands alone, without a start or an end.", fix="Leave one of them out.")
        columns = self.columns
        laid = given.sankey(self, given.walk(self, of, collapse, gap), start, end, anchor, steps, within, versus)
        asked = SankeyQuestion(laid, top)
        return Sankey(
            definition=defining.sankey(laid, top, gap, within),
            evidence=self.evidence,
            of=of,
            versus=laid.versus.name if laid.versus else None,
            **self.ask(asked),
        ).opened_by(lambda ref: asked.behind(columns, ref))

    @question("What paths do step by step before and after an anchor.")
    def step_matrix(
        self,
        anchor: Anchor = None,
        before: Annotated[int, Help("So many steps before the anchor.")] = 3,
        after: Annotated[int, Help("So many steps after the anchor.")] = 5,
        top: Top = 12,
        of: NodeKind = "touchpoint",
        gap: Gap = "30min",
        within: Window = None,
        collapse: Collapse = True,
        versus: Against = None,
    ) -> StepMatrix:
        """The share of paths at each node so many steps from the anchor; each column adds up to all paths.

        Without an anchor paths are aligned on their first visit. References: ``step/<column>/<node>``; also ``other``,
        ``start`` (not begun) and ``end`` (over).
        """
        given.sized("before", before, given.MOST_COLUMNS, 0)
        given.sized("after", after, given.MOST_COLUMNS)
        given.sized("top", top, given.MOST_TOP)
        columns, walk = self.columns, given.walk(self, of, collapse, gap)
        laid = given.laid(self, walk, before if anchor is not None else 0, after, anchor, within=within, versus=versus)
        asked = StepMatrixQuestion(laid, top)
        return StepMatrix(
            definition=defining.step_matrix(laid, top, gap, within),
            evidence=self.evidence,
            of=of,
            versus=laid.versus.name if laid.versus else None,
            **self.ask(asked),
        ).opened_by(lambda ref: asked.behind(columns, ref))

    @question("The whole paths that are walked most, how many lead to the goal, and its money.")
    def top_paths(
        self,
        goal: Annotated[Step, Help("The event that a path leads to.")] = ORDERED,
        per: Annotated[
            Per, Help("What a path is: a session, a cycle up to an order, or the whole journey.")
        ] = "session",
        top: Top = 10,
        of: NodeKind = "touchpoint",
        gap: Gap = "30min",
        collapse: Collapse = True,
        versus: Against = None,
    ) -> TopPaths:
        """Paths up to the goal (or whole, where it was not reached), the most frequent first, and all others.

        References: ``path/<rank, from 1>``, ``path/other``, and ``/converted``.
        """
        given.sized("top", top, given.MOST_PATHS)
        columns, against = self.columns, versus_of(self, versus)
        walk, aim = given.walk(self, of, collapse, gap), given.contact(self, goal, of)
        money = currencies_of(columns, self.currency)
        asked = TopPathsQuestion(walk.nodes, aim, per, walk.gap_us, collapse, top, self.taxonomy, *money, against)
        return TopPaths(
            definition=defining.top_paths(of, collapse, per, gap, aim, against),
            evidence=self.evidence,
            of=of,
            versus=against.name if against else None,
            **self.ask(asked),
        ).opened_by(lambda ref: asked.behind(columns, ref))

    @question("Where customers come back: again at once, by a U-turn, or in a longer loop.")
    def loops(self, of: NodeKind = "touchpoint", gap: Gap = "30min", versus: Against = None) -> Loops:
        """Repeats, U-turns (A, B, A) and loops (A, two others or more, A), with customers and times.

        References: ``loops/all``, ``loop/repeat/<node>``, ``loop/u_turn/<node>/<via>``, ``loop/loop/<node>``.
        """
        against = versus_of(self, versus)
        asked = LoopQuestion(given.walk(self, of, True, gap), against)
        customers, found = self.ask(asked)
        return Loops(
            definition=defining.loops(of, gap, against),
            evidence=self.evidence,
            customers=customers,
            loops=found,
            of=of,
            versus=against.name if against else None,
        ).opened_by(lambda ref: self.find(asked.behind, ref))

    @question("How often customers did one thing after another, as patterns say.")
    def sequences(
        self,
        *patterns: Annotated[
            str, Help("“A, then within 1d B, without C between”; several at once.", singular="pattern")
        ],
        versus: Against = None,
    ) -> Sequences:
        """Occurrences, customers and times of sequences, in a small language of their own.

        References: ``sequence/<place of the pattern, from 1>``, ``sequence/all``.
        """
        given.counted(patterns)
        against = versus_of(self, versus)
        read = [read_pattern(text, self.condition) for text in patterns]
        asked = SequenceQuestion(read, against)
        customers, found = self.ask(asked)
        return Sequences(
            definition=sequences_definition(read),
            evidence=self.evidence,
            customers=customers,
            found=found,
            versus=against.name if against else None,
        ).opened_by(lambda ref: self.find(asked.behind, ref))
