"""`floorhand store ...` as somebody types it."""

from __future__ import annotations

import argparse
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from server_stub.command_line import parser
from server_stub.commands import main
from server_stub.importing import commands as importing
from server_stub.place import Place
from tests.server_stub.filled_databases import rows_of

pytestmark = pytest.mark.heavy

Run = Callable[..., tuple[int, str, str]]

SITE = """
name = "North hall"
time_zone = "Europe/London"
holidays = [2026-12-25]

[sender]
name = "North hall"
lines = ["1 Dock Road"]
city = "London"
country_code = "GB"

[[cut_off]]
carrier = "Post"
service = "Parcel"
weekdays = ["mon", "sun"]
promise = "14:00"
last_release = "15:30"
departs = "17:00"

[[owner]]
id = "ACME"
name = "Acme"
company_prefix = "952"
"""

LATER_PROMISE = """
[[cut_off]]
carrier = "Post"
service = "Parcel"
weekdays = ["mon"]
promise = "15:00"
last_release = "15:30"
departs = "16:00"

"""


@pytest.fixture
def typed(place: Place, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command at the store of `place`; gives exit code, output and errors."""

    def run(*words: str, config: dict[str, object] | None = None) -> tuple[int, str, str]:
        code = main(
            list(words),
            {"store": {"folder": str(place.folder), "database": place.address}} if config is None else config,
            Path("floorhand.toml"),
        )
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_init_makes_a_store_and_tells_its_secrets_once(typed: Run, tmp_path: Path) -> None:
    place = Place(tmp_path / "new")
    code, out, _ = typed("init", "--folder", str(place.folder), "--supervisor", "Grace Hopper")
    assert code == 0
    assert place.database.exists()
    assert re.search(r"PIN:\s+\d{6}", out)
    assert re.search(r"One-time code .*: [2-9A-Z]{12}$", out, re.MULTILINE)
    badge = Path(re.search(r"badge: (.*)", out).group(1))  # type: ignore[union-attr]
    assert "Grace Hopper" in PdfReader(badge).pages[0].extract_text()
    assert place.folder.stat().st_mode & 0o777 == 0o700
    code, _, err = typed("init", "--folder", str(place.folder))
    assert (code, "there is a store" in err) == (1, True)


SENDER = ("--sender-line", "1 Dock Road", "--postcode", "E16 1AA", "--city", "London", "--country", "United Kingdom")
NO_SENDER = "this site's sender lacks street; town; country: no parcel can be sealed; set it with"


def test_whoever_founds_releases_or_looks_is_told_what_will_stop_the_bench_until_it_is_set(
    typed: Run, tmp_path: Path
) -> None:
    new = ("--folder", str(tmp_path / "new"))
    code, out, _ = typed("init", *new)
    assert (code, f"Still missing: {NO_SENDER}" in out) == (0, True)
    assert "Still missing: owner HOME has no GS1 company prefix" in out
    for words in (("release", "--all"), ("status",)):
        assert f"Before the bench: {NO_SENDER}" in typed(*words, *new)[1], words
    assert typed("sender", *new)[0] == 2, "nobody is there to be asked"
    code, out, _ = typed("sender", *new, "--sender-line", "1 Dock Road", "--city", "London", "--postcode", "E16 1AA")
    assert (code, "sender lacks country" in out) == (0, True)
    code, _, err = typed("sender", *new, "--country", "Atlantis")
    assert (code, "expected a country, such as GB or United Kingdom, got 'Atlantis'" in err) == (2, True)
    code, out, _ = typed("sender", *new, "--country", "GB")
    assert (code, "Warehouse, 1 Dock Road, E16 1AA London, GB" in out, "missing" in out) == (0, True, False)
    assert "Owner HOME is known" in typed("owner", "HOME", "--company-prefix", "952", *new)[1]
    assert "Before the bench" not in typed("status", *new)[1] + typed("release", "--all", *new)[1]
    # Who only watches figures is shown no records, and has the rest of the answer.
    token = re.search(r"\S+$", typed("add-token", "EYES", "--role", "monitor", *new)[1].strip())
    assert token is not None
    code, out, err = typed("status", *new, "--token", token[0])
    assert (code, "0 terminals" in out) == (0, True), err


def test_what_a_script_says_to_init_is_whole(typed: Run, tmp_path: Path) -> None:
    new = ("--folder", str(tmp_path / "new"))
    code, out, _ = typed("init", *new, "--name", "North hall", "--company-prefix", "952", *SENDER)
    assert (code, "missing" in out) == (0, False)
    code, out, _ = typed("sender", *new, "--region", "Newham")
    assert "North hall, 1 Dock Road, E16 1AA London Newham, GB" in out
    (tmp_path / "site.toml").write_text(SITE)
    code, _, err = typed("init", "--folder", str(tmp_path / "two"), "--site", str(tmp_path / "site.toml"), *SENDER)
    assert (code, "has the sender" in err) == (2, True)
    code, _, err = typed("init", "--folder", str(tmp_path / "three"), "--country", "Atlantis")
    assert (code, "'Atlantis'" in err, Place(tmp_path / "three").database.exists()) == (2, True, False)


def test_an_owner_keeps_the_name_and_the_prefix_that_nobody_changes(typed: Run, place: Place) -> None:
    assert typed("owner", "HOME", "--name", "Acme")[0] == 0
    assert "without" not in typed("owner", "HOME")[1]
    assert typed("owner", "HOME", "--company-prefix", "9521234")[0] == 0
    ((body,),) = rows_of(place, "SELECT body FROM record WHERE kind = 'owner'")
    assert msgspec.json.decode(body) == {"id": "HOME", "name": "Acme", "company_prefix": "9521234"}


def test_init_reads_a_site_file(typed: Run, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    new = str(tmp_path / "new")
    assert typed("init", "--folder", new, "--site", str(tmp_path / "site.toml"))[0] == 0
    code, out, _ = typed("status", "--folder", new)
    assert (code, re.search(r"owner +1\b", out) is not None) == (0, True)


def test_a_failed_init_leaves_no_store_behind(typed: Run, tmp_path: Path) -> None:
    new = tmp_path / "new"
    code, _, err = typed("init", "--folder", str(new), "--time-zone", "Europe/Atlantis")
    assert (code, "Europe/Atlantis" in err) == (1, True)
    assert not Place(new).database.exists()
    assert typed("init", "--folder", str(new), "--time-zone", "Europe/London")[0] == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[sender]", "[sender"), "is not TOML"),
        (('time_zone = "Europe/London"', ""), "`time_zone`"),
        (('"mon"', '"monday"'), "$.cut_off[0].weekdays[0]"),
        (('name = "North hall"\ntime', 'name = "North hall"\nsurprise = 1\ntime'), "surprise"),
        (("[sender]", "[picking]\nadmits = ['check-digit']\n[sender]"), "admits of picking: expected any of alone"),
        (("[sender]", "[packing]\nkeyed = []\n[sender]"), "$.packing"),
        (
            ("[sender]", "[packing]\nbest_before_passed = 'sold'\n[sender]"),
            "best_before_passed of packing: expected any",
        ),
        (("Europe/London", "Europe/Atlantis"), "IANA name"),
        (('last_release = "15:30"', 'last_release = "17:10"'), "Post Parcel: expected a last release by 17:00"),
        (
            ("[[owner]]", LATER_PROMISE + "[[owner]]"),
            "promise of Mon 14:00, which departs 17:00, behind that of Mon 15:00, which departs 16:00",
        ),
    ],
)
def test_a_site_file_that_is_wrong_says_where(typed: Run, tmp_path: Path, change: tuple[str, str], says: str) -> None:
    file = tmp_path / "site.toml"
    assert change[0] in SITE
    file.write_text(SITE.replace(*change))
    code, _, err = typed("site", str(file))
    assert (code, says in err, str(file) in err) == (1, True, True)


def test_todays_truck_is_moved_and_what_cannot_be_is_said_in_words(typed: Run, tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    # A clock on which it is noon now, whenever this is asked.
    at_noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    every_day = '"mon", "tue", "wed", "thu", "fri", "sat", "sun"'
    file.write_text(SITE.replace("Europe/London", at_noon).replace('"mon", "sun"', every_day))
    assert typed("site", str(file))[0] == 0
    code, out, _ = typed("move-departure", "Post", "Parcel", "--to", "17:40")
    assert code == 0
    assert re.fullmatch(
        r"Post Parcel leaves (...) 17:40, not \1 17:00\n  0 orders and 0 parcels changed with it\n", out
    )
    assert "leaves" in typed("move-departure", "Post", "Parcel", "--to", "00:20", "--departure", "17:40")[1]
    assert ", as planned" in typed("move-departure", "Post", "Parcel", "--to", "17:00", "--departure", "00:20")[1]
    for words, says in (
        (("Post", "Night", "--to", "17:40"), "a carrier and its service: Post Parcel; came Post Night: name one"),
        (("Post", "Parcel", "--to", "17:40", "--departure", "09:09"), "of Post Parcel today: 17:00; came 09:09"),
        (("Post", "Parcel", "--to", "11:20"), "expected a time ahead of"),
    ):
        code, _, err = typed("move-departure", *words)
        assert (code, says in err) == (1, True), err
    code, _, err = typed("move-departure", "Post", "Parcel", "--to", "later")
    assert (code, "expected a time of day as HH:MM, got 'later'" in err) == (2, True)


def test_a_whole_day_of_setting_up(typed: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(SITE)
    assert "1 cut-offs, 1 owners" in typed("site", str(file))[1]
    code, out, _ = typed("add-worker", "Ada Lovelace", "--role", "picker", "--role", "packer", "--pin", "2718")
    assert (code, "ADA-LOVELACE may work as picker, packer" in out) == (0, True)
    assert (folder / "papers" / "badge-ADA-LOVELACE.pdf").read_bytes().startswith(b"%PDF")
    assert "with --new-badge" in typed("add-worker", "Ada Lovelace")[2]
    assert typed("add-worker", "Ada Lovelace", "--new-badge")[0] == 0
    assert typed("add-printer", "ZEBRA-1", "socket://10.0.0.9:9100")[0] == 0
    assert typed("add-station", "BENCH-1", "--printer", "ZEBRA-1")[0] == 0
    assert "a known printer" in typed("add-station", "BENCH-2", "--printer", "NONE")[2]
    assert re.search(r": [2-9A-Z]{12}$", typed("add-terminal", "--station", "BENCH-1")[1].strip())
    code, out, _ = typed("add-totes", "3")
    assert (code, "T0001 to T0003" in out) == (0, True)
    assert len(PdfReader(folder / "papers" / "totes-T0001-T0003.pdf").pages) == 3
    assert "without a GS1 company prefix" in typed("owner", "BETA", "--name", "Beta")[1]
    assert typed("terminals") == (0, "", "")
    assert "a known terminal" in typed("revoke", "NOBODY")[2]
    assert "No order is held" in typed("report")[1]
    assert "0 orders went" in typed("release", "--all")[1]
    assert "several owners" in typed("release", "4711")[2]
    code, out, _ = typed("release", "HOME/4711")
    assert (code, "HOME/4711: not released, no such order" in out) == (1, True)
    assert typed("release")[0] == 2
    assert "schema 0002" in typed("migrate")[1]


def test_webhooks_and_exports_are_set_up_by_command(typed: Run, tmp_path: Path) -> None:
    code, out, err = typed("add-webhook", "SHOP", "https://shop.example/hook", "--state", "shipped")
    assert (code, "whsec_" in out) == (0, True), err
    assert "https://shop.example/hook" in typed("webhooks")[1]
    assert typed("resume-webhook", "SHOP")[0] == 0
    assert typed("drop-webhook", "SHOP")[0] == 0
    assert typed("export", "orders", str(tmp_path / "orders.csv"))[0] == 0
    assert (tmp_path / "orders.csv").read_bytes().startswith(b"order,owner,number")


def test_no_command_takes_a_word_for_the_store_that_is_asked() -> None:
    (commands,) = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    for name, command in commands.choices.items():
        taken = [each.dest for each in command._actions if not each.option_strings]
        assert not {"folder", "database", "url", "token"} & set(taken), name


def test_a_store_elsewhere_wants_a_token(typed: Run) -> None:
    code, _, err = typed("status", "--url", "http://127.0.0.1:9")
    assert (code, "give it with --token" in err) == (1, True), err


def test_backup_and_restore(typed: Run, tmp_path: Path) -> None:
    copy = str(tmp_path / "copies" / "noon.db")
    assert typed("backup", copy)[0] == 0
    typed("add-totes", "2")
    code, out, _ = typed("restore", copy)
    assert (code, "copied to" in out) == (0, True)
    assert re.search(r"tote +0\b", typed("status")[1])


def test_without_a_store_every_command_says_how_to_make_one(typed: Run, tmp_path: Path) -> None:
    for words in (["status"], ["run"], ["backup", "x.db"], ["migrate"], ["add-totes", "1"]):
        code, _, err = typed(*words, "--folder", str(tmp_path / "none"))
        assert (code, "floorhand store init" in err) == (1, True), words


@pytest.mark.embedded
def test_what_the_disk_refuses_is_said_in_a_sentence(typed: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = typed("init", "--folder", str(tmp_path / "file" / "store"))
    assert (code, "choose another with --folder" in err) == (1, True)
    code, _, err = typed("backup", str(tmp_path / "file" / "noon.db"))
    assert (code, err.count("\n"), "cannot be used" in err) == (1, 1, True)


def _of_another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE songs (name)")


NO_STORES: dict[str, Callable[[Path], object]] = {
    "is empty": lambda file: file.write_bytes(b""),
    "cannot be read (file is not a database)": lambda file: file.write_bytes(b"no database" * 1000),
    "holds no Floorhand store": _of_another_program,
}


@pytest.mark.embedded
@pytest.mark.parametrize("is_told", NO_STORES)
def test_a_file_that_is_no_store_is_one_sentence_and_left_alone(
    typed: Run, folder: Path, tmp_path: Path, is_told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(folder)
    assert typed("backup", str(tmp_path / "good.db"))[0] == 0
    tokens = rows_of(place, "SELECT hash FROM token ORDER BY hash")
    for part in folder.glob("floorhand.db*"):
        part.unlink()
    NO_STORES[is_told](place.database)
    before = place.database.read_bytes()
    orders = tmp_path / "orders.csv"
    orders.write_text("order,sku,quantity,description\n1,LAMP,1,Lamp\n")
    asking = (["import", str(orders)], ["run", "--port", "0"], ["status"], ["verify"], ["migrate"], ["init"])
    for words in (*asking, ["backup", str(tmp_path / "copy.db")], ["add-totes", "2"], ["export", "orders", "x.csv"]):
        if words[0] == "import":
            config = {"store": {"folder": str(folder)}}
            code = importing.main(["orders", words[1], "--map", "floorhand"], config, tmp_path / "floorhand.toml")
            err = capsys.readouterr().err
        else:
            code, _, err = typed(*words)
        assert code in (1, 2), words
        assert f"{place.database} {is_told}: put a backup in its place with `floorhand store restore FILE`" in err
        assert err.count("\n") == 1, err
        assert place.database.read_bytes() == before, words
        assert [part.name for part in folder.glob("floorhand.db*")] == ["floorhand.db"]
    assert not (tmp_path / "copy.db").exists()
    # As a backup it is refused, and nothing takes the store's place.
    wrong = Path(shutil.copyfile(place.database, tmp_path / "wrong.db"))
    for words in (["restore", str(wrong)], ["verify", str(wrong)]):
        code, out, err = typed(*words)
        assert (code, str(wrong) in out + err or "restore a backup" in out) == (1, True), words
        assert place.database.read_bytes() == before
    # A good one does, with its own tokens: there are none of today.
    code, out, _ = typed("restore", str(tmp_path / "good.db"))
    (kept,) = (folder / "backups").iterdir()
    assert (code, str(kept) in out) == (0, True)
    assert kept.read_bytes() == before
    assert typed("status")[0] == 0
    assert rows_of(place, "SELECT hash FROM token ORDER BY hash") == tokens


@pytest.mark.embedded
def test_a_store_that_was_killed_is_not_asked_any_more(typed: Run, folder: Path) -> None:
    Place(folder).announce("http://127.0.0.1:9")
    assert typed("status")[0] == 0
    assert Place(folder).running() is None


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"port": "x"}, "floorhand.toml: store.port: Expected `int`"),
        ({"port": 99999}, "floorhand.toml: store.port: Expected `int` <= 65535"),
        ({"prot": 1}, "prot"),
        ({"url": "ftp://x"}, "floorhand.toml: store.url"),
        (7, "floorhand.toml: store: Expected `object`"),
    ],
)
def test_a_wrong_config_names_file_and_key(typed: Run, table: object, says: str) -> None:
    code, _, err = typed("status", config={"store": table})
    assert (code, says in err) == (2, True), err


def test_a_store_that_does_not_answer_is_said_so(typed: Run) -> None:
    code, _, err = typed("status", "--url", "http://127.0.0.1:9", "--token", "x")
    assert (code, "no store answers at http://127.0.0.1:9" in err) == (1, True)


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["site", "--help"], ["release", "--help"]])
def test_help_teaches(typed: Run, words: list[str]) -> None:
    code, out, _ = typed(*words)
    assert code == 0
    assert "example" in out or "a first morning" in out or "a whole site file" in out


@pytest.mark.parametrize("words", [[], ["dance"], ["add-totes", "many"], ["run", "--port", "99999"]])
def test_a_call_that_cannot_be_read_ends_with_2(typed: Run, words: list[str]) -> None:
    code, _, err = typed(*words)
    assert (code, "usage:" in err) == (2, True)


def test_the_shown_site_file_is_one(typed: Run, tmp_path: Path) -> None:
    _, out, _ = typed("site", "--help")
    shown = out.partition("a whole site file:")[2]
    (tmp_path / "site.toml").write_text("\n".join(line.strip() for line in shown.splitlines()))
    assert typed("site", str(tmp_path / "site.toml"))[0] == 0


def test_importing_the_room_loads_neither_screens_nor_drawing() -> None:
    program = (
        "import sys, server_stub.app, server_stub.commands, server_stub.serving\n"
        "unwanted = {'textual', 'reportlab', 'barcode', 'alembic', 'terminal', 'scanners'}\n"
        "sys.exit(' '.join(unwanted & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
