"""A shop's own vocabulary files over ours, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from periplo.errors import BadVocabulary
from periplo.language import tell
from periplo.vocabulary import Clues, Taxonomy, load, taxonomy


def shop(folder: Path, **files: str) -> Taxonomy:
    (folder / "vocabulary").mkdir()
    for name, text in files.items():
        (folder / "vocabulary" / f"{name}.yaml").write_text(text, "utf-8")
    return load(folder)


def test_without_files_a_shop_speaks_our_words(tmp_path: Path) -> None:
    assert load(tmp_path) == taxonomy()


def test_a_shop_changes_only_what_it_gives(tmp_path: Path) -> None:
    words = shop(tmp_path, events="Product Shared: {stage: loyalty}\nGift Wrapped: {en: Gift wrapped, es: Regalo}\n")
    assert words.events["Product Shared"].stage == "loyalty"
    assert words.events["Product Shared"].es == "Producto compartido"
    assert words.canonical("gift_wrapped") == ("Gift Wrapped", "gift_wrapped")


def test_a_shop_adds_aliases_channels_rules_and_never_identifiers(tmp_path: Path) -> None:
    words = shop(
        tmp_path,
        aliases="ours: {buy: Order Completed, view_item: Product Clicked}\n",
        channels="kiosk: {en: Kiosk, es: Quiosco, at: en el quiosco, aliases: [totem]}\n",
        channel_rules="- {channel: kiosk, medium: [cpc]}\n",
        identifiers="never: [invitado]\nlimits: {email: 9}\n",
        stages="advocacy: {es: Prescripción}\n",
    )
    assert words.canonical("Buy")[0] == "Order Completed"
    assert words.canonical("view_item")[0] == "Product Clicked"
    assert words.channel_of(Clues(explicit="Totem")) == words.channel_of(Clues(medium="cpc")) == "kiosk"
    assert {"guest", "invitado"} <= set(words.identifiers.never)
    assert words.identifiers.limits["email"] == 9
    assert words.identifiers.limits["phone"] == 5
    assert words.stage_label("advocacy", "es") == "Prescripción"


def test_a_shop_adds_a_stage(tmp_path: Path) -> None:
    words = shop(
        tmp_path,
        stages="gift: {en: Gift, es: Regalo}\nclub: {en: Club, es: Club, also: [{did: Order Completed}]}\n",
        events="Gift Wrapped: {en: Gift wrapped, es: Regalo, stage: gift}\n",
    )
    assert [stage.where for stage in words.stages[-2:]] == [{"event": ["Gift Wrapped"]}, {"did": "Order Completed"}]


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert shop(tmp_path, events="", channel_rules="# none\n", identifiers="") == taxonomy()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("events", "A: {en: A, es: A}\nB: {en: B}\n", "line 2. “B” lacks “es”."),
        ("events", "A: {en: A, es: A, stge: loyalty}\n", "line 1. “A” may not have “stge”. Did you mean “stage”?"),
        ("events", "\nA: {en: A, es: A, stage: loyalti}\n", "line 2. “A” names “loyalti”, which does not exist. Did"),
        ("events", "A: {en: 1, es: A}\n", "“A” has a value of the wrong kind in “en”."),
        ("events", "A: B\n", "“A” has a value of the wrong kind."),
        ("events", "- A\n", "line 1. Names with their values are expected."),
        ("events", "A: {en: A\nB: x", "line 2. This is not YAML"),
        ("aliases", "x:\n  a: b\ny: {buy: Order Complete}\n", "line 1. “x” names “b”, which does not exist."),
        ("aliases", "y: {buy: Order Complete}\n", "Did you mean “Order Completed”"),
        ("aliases", "y: {Page Viewed: Screen Viewed}\n", "“Page Viewed” is an event itself"),
        ("channel_rules", "- {channel: web}\n- {channel: wep}\n", "line 2. “2” names “wep”, which does not exist. Did"),
        ("channel_rules", "web: 1\n", "A list is expected."),
        ("identifiers", "limits: {email: many}\n", "line 1. “limits” has a value of the wrong kind"),
        ("identifiers", "nevr: [x]\n", "“nevr” may not have “nevr”. Did you mean “never”?"),
        ("stages", "gift: {en: Gift, es: Regalo}\n", "line 1. The stage “gift” holds no event;"),
        ("evnts", "", "There is no vocabulary file named evnts.yaml. Did you mean “events”?"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(BadVocabulary) as caught:
        shop(tmp_path, **{name: text})
    assert said in str(caught.value)
    english, spanish = tell(caught.value, "en"), tell(caught.value, "es")
    assert [part for part in ("what", "why", "fix") if english[part] and english[part] == spanish[part]] == []
