"""The command-line contract: one JSON object on stdout, exit codes 0, 2 and 1, errors on stderr, in two languages."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EVENTS = [
    ("ana", "2026-03-01T10:00:00Z", "Product Viewed", "mobile", ""),
    ("ana", "2026-03-01T10:05:00Z", "Order Completed", "mobile", "20.00"),
    ("bea", "2026-03-01T11:00:00Z", "Product Viewed", "desktop", ""),
    ("bea", "2026-03-20T11:00:00Z", "Order Completed", "desktop", "30.00"),
    ("eva", "2026-03-02T09:00:00Z", "Product Viewed", "desktop", ""),
    ("leo", "2026-03-19T09:00:00Z", "Product Viewed", "mobile", ""),
    ("leo", "2026-03-20T09:30:00Z", "Order Completed", "mobile", "12.50"),
]


def periplo(
    *words: str, lang: str = "en", cwd: Path | None = None, wide: int = 200
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PERIPLO_LANG": lang, "COLUMNS": str(wide)}
    command = [sys.executable, "-m", "periplo", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd, check=False)


def answer(*words: str) -> Any:
    done = periplo(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "events.csv"
    lines = ["user_id,timestamp,event,device,revenue", *(",".join(row) for row in EVENTS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def shop(events: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shops") / "shop"
    counts = answer("import", str(events), "--into", str(folder))
    assert {key: counts[key] for key in ("read", "accepted", "duplicates", "rejected", "events", "customers")} == {
        "read": 7,
        "accepted": 7,
        "duplicates": 0,
        "rejected": 0,
        "events": 7,
        "customers": 4,
    }
    return folder


def test_the_same_file_again_adds_nothing(shop: Path, events: Path) -> None:
    counts = answer("import", str(events), "--into", str(shop))
    assert (counts["read"], counts["accepted"], counts["duplicates"], counts["events"]) == (7, 0, 7, 7)


def test_a_dry_run_shows_the_plan_and_writes_nothing(events: Path, tmp_path: Path) -> None:
    plan = answer("import", str(events), "--into", str(tmp_path / "none"), "--dry-run")
    assert plan["plan"]
    assert not (tmp_path / "none").exists()


def test_a_funnel_of_a_shop(shop: Path) -> None:
    words = ("--step", "Product Viewed", "--step", "Order Completed", "--within", "7d")
    funnel = answer("funnel", str(shop), *words)
    first, second = funnel["steps"]
    assert (first["name"], first["customers"], second["name"], second["customers"]) == (
        "Product Viewed",
        4,
        "Order Completed",
        2,
    )
    assert second["rate"] == second["rate_from_previous"] == 0.5
    assert first["customers"] == second["customers"] + first["still_open"] + first["dropped"]
    assert "7" in funnel["definition"]


def test_the_customers_behind_a_number_come_one_a_line(shop: Path) -> None:
    words = ("funnel", str(shop), "--step", "Product Viewed", "--step", "Order Completed", "--behind")
    names = periplo(*words, "funnel/2/customers").stdout.splitlines()
    told = periplo(*words, "funnel/2/customers", "--json").stdout
    customers = json.loads(told)["customers"]
    assert [one["name"] for one in customers] == names
    assert len(names) == 2
    assert all(one["orders"] for one in customers)
    assert len(told.splitlines()) == 1 + len(names) + 1, "each can be read as soon as it is there"
    assert answer(*words, "funnel/2/dropped", "--json") == {"customers": []}


def test_a_funnel_of_a_file_is_the_funnel_of_its_shop(shop: Path, events: Path) -> None:
    words = ("--step", "Product Viewed", "--step", "Order Completed", "--within", "7d", "--by", "device")
    of_shop, of_file = answer("funnel", str(shop), *words), answer("funnel", str(events), *words)
    assert of_shop["steps"] == of_file["steps"]
    assert of_shop["groups"] == of_file["groups"]
    assert {group["value"] for group in of_shop["groups"]} == {"mobile", "desktop"}


def test_kpis_say_what_they_lack(shop: Path) -> None:
    kpis = answer("kpis", str(shop))
    orders = next(value for value in kpis["values"] if value["id"] == "orders")
    assert orders["value"] == 3
    assert any(value["missing"] for value in kpis["values"] if value["value"] is None)


def test_stages_add_up(shop: Path, tmp_path: Path) -> None:
    for stage in answer("stages", str(shop), "--chart", str(tmp_path / "stages.svg"))["stages"]:
        assert stage["entered"] == stage["went_on"] + stage["dropped"] + stage["still_open"]
    assert (tmp_path / "stages.svg").read_text("utf-8").startswith("<svg")


def test_transitions_add_up(shop: Path) -> None:
    moves = answer("transitions", str(shop))["moves"]
    started = sum(move["n"] for move in moves if move["origin"] is None)
    ended = sum(move["n"] for move in moves if move["target"] is None)
    assert started == ended == 4


@pytest.mark.parametrize("kind", ["svg", "png", "pdf", "html", "csv", "json", "mmd"])
def test_the_map_in_every_form(shop: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"map.{kind}"
    assert answer("map", str(shop), "--out", str(out)) == {"out": str(out), "bytes": out.stat().st_size}
    assert out.stat().st_size > 200


def test_a_healthy_shop(shop: Path) -> None:
    answered = answer("doctor", str(shop))
    assert answered["healthy"] is True
    assert any("7 events" in finding["message"] for finding in answered["findings"])


@pytest.mark.parametrize("given", ['currency = "Dinars"\n', "name = "])
def test_the_doctor_tells_of_settings_that_nobody_can_read(tmp_path: Path, given: str) -> None:
    (tmp_path / "periplo.toml").write_text(given)
    done = periplo("doctor", str(tmp_path), "--json")
    answered = json.loads(done.stdout)
    assert (done.returncode, done.stderr, answered["healthy"]) == (1, "", False)
    assert [(finding["level"], finding["part"]) for finding in answered["findings"]] == [("error", "settings")]
    assert "periplo.toml" in answered["findings"][0]["message"]


def test_one_damage_is_told_once(events: Path, tmp_path: Path) -> None:
    assert periplo("import", str(events), "--into", str(tmp_path / "shop"), "--no-browser").returncode == 0
    (tmp_path / "shop" / "log.db").write_bytes(b"no database" * 1000)
    done = periplo("doctor", str(tmp_path / "shop"))
    assert done.returncode == 1
    assert done.stdout.count("log.db cannot be used") == 1


def test_a_bad_row_is_set_aside_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user_id,timestamp,event\nana,2026-03-01T10:00:00Z,Product Viewed\nbea,soon,Product Viewed\n")
    counts = answer("import", str(file), "--into", str(tmp_path / "shop"))
    assert (counts["accepted"], counts["rejected"]) == (1, 1)
    listed = answer("quarantine", "list", str(tmp_path / "shop"))
    assert listed["total"] == 1
    row = answer("quarantine", "show", str(tmp_path / "shop"), listed["rows"][0]["reject_id"])
    assert (row["line"], row["field"]) == (3, "timestamp")
    assert "soon" in row["raw"]
    assert "“soon” is not a time" in row["message"] == listed["rows"][0]["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("funnel", "nowhere", "--step", "A"),
        ("funnel", "{shop}"),
        ("funnel", "{shop}", "--step", "A", "--within", "soon"),
        ("kpis", "{shop}", "--since", "yesterday"),
        ("kpis", "{shop}", "--since", "2026-02-01", "--until", "2026-01-01"),
        ("kpis", "{shop}", "--since", "2030-01-01"),
        ("stages", "{shop}", "--channel", "wbe"),
        ("stages", "{shop}", "--where", "Product Viewd"),
        ("map", "{shop}", "--out", "map.svg", "--segment", "buyrs"),
        ("map", "{shop}", "--out", "map.docx"),
        ("map", "{shop}", "--out", "map.svg", "--lang", "fr"),
        ("import", "{shop}/none.csv", "--into", "{shop}", "--preset", "shopfy-orders"),
        ("nonsense",),
    ],
)
def test_wrong_use_ends_with_2_and_a_word(shop: Path, words: tuple[str, ...]) -> None:
    done = periplo(*(word.format(shop=shop) for word in words))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("given", "told"), [("x", "--most es un número entero."), ("0", "--most es 1 o más.")])
def test_numbers_are_asked_for_in_the_readers_language(shop: Path, given: str, told: str) -> None:
    done = periplo("quarantine", "list", str(shop), "--most", given, lang="es")
    assert (done.returncode, done.stderr.strip()) == (2, told)


def test_a_shop_that_only_collects_begins_with_its_first_source(tmp_path: Path) -> None:
    shop = tmp_path / "new" / "gifts"
    done = periplo("sources", "add", str(shop), "web", "--origin", "https://shop.example", "--json")
    key = json.loads(done.stdout)["write_key"]
    listed = periplo("sources", "list", str(shop), wide=80)
    assert key in listed.stdout, "in one line, to be copied"
    assert periplo("kpis", str(shop), "--json").returncode == 0


def test_backups_are_told_as_json(shop: Path, tmp_path: Path) -> None:
    made = answer("backup", str(shop), str(tmp_path / "kept"))
    assert [one["name"] for one in answer("backups", str(tmp_path / "kept"))["backups"]] == [made["name"]]
    restored = answer("restore", str(tmp_path / "kept"), str(tmp_path / "again"))
    assert restored == made | {"shop": str(tmp_path / "again")}


def test_what_files_say_is_shown_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user_id,timestamp,event,device\nana,2026-03-01T10:00:00Z,Page [/b] :smile:,[red]phone\n")
    shown = periplo("import", str(file), "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "Page [/b] :smile:" in shown.stdout
    assert "[red]phone" in shown.stdout


def test_a_shop_where_no_folder_can_be(events: Path) -> None:
    done = periplo("import", str(events), "--into", str(events / "shop"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"The folder {events / 'shop'} cannot be made.")


def test_a_missing_file_ends_with_1(tmp_path: Path) -> None:
    done = periplo("import", str(tmp_path / "none.csv"), "--into", str(tmp_path / "shop"))
    assert done.returncode == 1
    assert "none.csv" in done.stderr


def test_errors_and_help_speak_spanish(shop: Path) -> None:
    assert "¿Quería decir" in periplo("stages", str(shop), "--channel", "wbe", lang="es").stderr
    assert "Los indicadores clave de una tienda" in periplo("kpis", "--help", lang="es").stdout
    assert "clientes" in periplo("stages", str(shop), lang="es").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("funel",), "No hay comando con el nombre «funel».\n¿Quería decir «funnel»?"),
        (("funnel", "x", "--stepp", "A"), "No hay opción con el nombre «--stepp».\n¿Quería decir «--step»?"),
        (("funnel", "x"), "Falta --step.\nVea periplo funnel --help."),
        (("kpis",), "Falta SHOP|FILE.\nVea periplo kpis --help."),
        (("funnel", "x", "--step"), "La opción --step necesita un valor."),
        (("serve", "x", "--port", "abc"), "--port es un número entero."),
    ],
)
def test_a_command_written_wrongly_says_what_to_do(words: tuple[str, ...], said: str) -> None:
    done = periplo(*words, lang="es")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


def test_no_words_at_all_show_what_there_is() -> None:
    done = periplo(lang="es")
    assert done.returncode == 2
    assert "funnel" in done.stderr
