#!/usr/bin/env python3
"""Drives the program as its users do: orders, questions, proofs, kills, restores, HTTP.

usage: tests/e2e.py PROGRAM [CASE...]      closes with "N passed, N failed"

Reads ../shared/data for the EPCIS schemas when it is there; says what it skips otherwise.
"""
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
KILLS = int(os.environ.get("PACKTRAIL_KILLS", "25"))
WORK = pathlib.Path(tempfile.mkdtemp(prefix="packtrail-e2e-"))
os.environ["PACKTRAIL__WITNESS__FOLDER"] = str(WORK / "witness")
# Exit codes (src/cli/cli.h).
OK, FAILED, USAGE, SAID_NO, NOT_FOUND, CONFLICT = range(6)


def run(*arguments, expect=OK, data=None, timeout=600, raw=False):
    command = [PROGRAM, *map(str, arguments)]
    if data is not None:
        command += ["--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=not raw, timeout=timeout)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{command} gave {done.returncode}, not {expect}\n"
                             f"{done.stdout}\n{done.stderr}")
    return done


def as_json(*arguments, **options):
    return json.loads(run(*arguments, "--json", **options).stdout)


def order_file(name="small", **changes):
    """An example order, with some values changed, as a new file."""
    text = (ROOT / "examples" / "orders" / f"{name}.toml").read_text()
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^{key} *=.*$", f"{key} = {value}", text)
        assert count == 1, (key, count)
    path = WORK / f"order-{random.getrandbits(64):x}.toml"
    path.write_text(text)
    return path


def gtin_of(digits):
    """GTIN-14 of 12 digits: a leading zero and the check digit added."""
    body = "0" + digits
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(body))
    return body + str(-total % 10)


def events(out):
    return json.loads((out / "epcis-2.0.json").read_text())["epcisBody"]["eventList"]


def commissioned(out):
    """EPC -> number of commissioning events that name it."""
    seen = {}
    for event in events(out):
        if event.get("bizStep") == "commissioning" and event.get("action") == "ADD":
            for epc in event["epcList"]:
                seen[epc] = seen.get(epc, 0) + 1
    return seen


def add_to(total, counts):
    for epc, count in counts.items():
        total[epc] = total.get(epc, 0) + count


def packs_of(epcs):
    return {epc for epc in epcs if ":sgtin:" in epc or "/01/" in epc}


def assert_balanced(report):
    for level in report["reconciliation"]["numbers"].values():
        parts = sum(level[name] for name in ("good", "rejected_before_commissioning", "sampled",
                                             "decommissioned", "returned_unused"))
        assert level["allocated"] == parts, level
        assert level["unaccounted"] == 0, level
    for level in report["reconciliation"]["physical"].values():
        assert level["seen"] == level["good"] + level["rejected"] + level["sampled"], level
        assert level["unaccounted"] == 0, level


class Server:
    """packtrail serve on a free port."""

    def __init__(self, data, *options):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data = data
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", str(data), "--listen", f"127.0.0.1:{self.port}", *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Stop with"):
                return
        raise AssertionError("the server did not start: " + self.said)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.process.stdout.close()

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content

    def login(self):
        password = re.search(r"password +(\S+)", self.said).group(1)
        response, body = self.call("POST", "/api/v1/sessions",
                                   json.dumps({"user": "demo", "password": password}),
                                   {"Content-Type": "application/json"})
        assert response.status == 201, body
        return {"Authorization": "Bearer " + json.loads(body)["token"]}


# ---- the main job ---------------------------------------------------------------------------


def main_job():
    data, out = WORK / "main" / "var", WORK / "main" / "out"
    done = run("order", "run", ROOT / "examples/orders/eu-demo.toml", "--out", out, data=data)
    assert "closed" in done.stdout, done.stdout
    for name in ("epcis-2.0.json", "epcis-1.2.xml", "report.html", "report.json",
                 "labels/pack.svg", "labels/pack.zpl", "labels/case.svg", "labels/case.zpl"):
        assert (out / name).stat().st_size > 100, name
    report = json.loads((out / "report.json").read_text())
    assert_balanced(report)
    page = (out / "report.html").read_text()
    assert page.count("data:image/png;base64,") >= 2, "pictures of a good and a bad label"
    seen = commissioned(out)
    assert max(seen.values()) == 1, "a number was commissioned twice"
    shipped = [event for event in events(out) if event.get("bizStep") == "shipping"]
    assert shipped and shipped[0]["bizTransactionList"], "no shipping with references"
    sampled = [event for event in events(out) if event.get("bizStep") == "sampling"]
    assert sum(len(event["epcList"]) for event in sampled) == 2, "two samples are drawn"
    again = run("order", "run", ROOT / "examples/orders/eu-demo.toml", "--out", out, data=data)
    assert "closed" in again.stdout, "a closed order answers the same again"


def epcis_files_are_valid():
    out = WORK / "main" / "out"
    schema = SHARED / "epcis" / "schema"
    if not schema.exists():
        print("SKIP EPCIS schemas: ../shared/data/epcis/schema is not there")
        return
    import jsonschema
    validator = jsonschema.Draft7Validator(json.loads((schema / "EPCIS-JSON-Schema.json").read_text()))
    document = json.loads((out / "epcis-2.0.json").read_text())
    whole = list(document["epcisBody"]["eventList"])
    # The schema walks every event against every alternative: show it slices of the document.
    size = 40
    for first in range(0, len(whole), size):
        document["epcisBody"]["eventList"] = whole[first:first + size]
        for error in validator.iter_errors(document):
            raise AssertionError(f"{list(error.absolute_path)}: {error.message[:300]}")
    checked = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema",
         str(schema / "xsd-1.2" / "EPCglobal-epcis-1_2.xsd"), str(out / "epcis-1.2.xml")],
        capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr[-2000:]


def questions():
    data, out = WORK / "main" / "var", WORK / "main" / "out"
    report = json.loads((out / "report.json").read_text())
    lot, expiry = report["order"]["batch"]["lot"], report["order"]["batch"]["expiry"]
    yymmdd = expiry if len(expiry) == 6 else expiry[2:].replace("-", "")
    packed = [event for event in events(out)
              if event["type"] == "AggregationEvent" and event["action"] == "ADD"]
    pack = next(epc for event in packed for epc in event["childEPCs"] if ":sgtin:" in epc)
    case = next(event["parentID"] for event in packed if pack in event["childEPCs"])
    trace = as_json("trace", pack, data=data)
    gtin = trace["digital_link"].split("/01/")[1][:14]
    serial = trace["digital_link"].rsplit("/", 1)[1]
    for code in (f"(01){gtin}(21){serial}(17){yymmdd}(10){lot}",
                 f"[01]{gtin}[21]{serial}[17]{yymmdd}[10]{lot}",
                 f"01{gtin}21{serial}\x1d17{yymmdd}10{lot}",
                 f"]d201{gtin}21{serial}\x1d17{yymmdd}10{lot}",
                 f"https://id.gs1.org/01/{gtin}/10/{lot}/21/{serial}?17={yymmdd}",
                 pack):
        answer = as_json("verify", code, data=data)
        assert answer["verdict"] == "genuine", (code, answer)
    wrong = as_json("verify", f"(01){gtin}(21){serial}(17){yymmdd}(10)X{lot}", data=data,
                    expect=SAID_NO)
    assert wrong["verdict"] == "mismatch"
    unknown = as_json("verify", f"(01){gtin}(21)ZZZZZZZZZZZZ", data=data, expect=NOT_FOUND)
    assert unknown["verdict"] == "unknown"
    run("verify", "(01)123", data=data, expect=SAID_NO)
    steps = [entry.get("biz_step", "").split(":")[-1] for entry in trace["entries"]]
    for step in ("commissioning", "packing", "shipping"):
        assert any(step in known for known in steps), (step, steps)
    assert any(entry["inherited"] for entry in trace["entries"]), "shipping is inherited"
    contents = as_json("contents", case, data=data)
    assert pack in [child["epc"] for child in contents["root"]["children"]]
    digits = as_json("trace", case, data=data)["digital_link"].rsplit("/", 1)[1]
    for written in (digits, "00" + digits, "]C100" + digits, f"(00){digits}"):
        assert as_json("contents", written, data=data)["objects"] == contents["objects"], written
    table = run("trace", pack, data=data).stdout
    assert "commissioning" in table and "packing" in table
    tree = run("contents", case, data=data).stdout
    assert "└─" in tree
    run("trace", f"(01){gtin}(21)ZZZZZZZZZZZZ", data=data, expect=NOT_FOUND)
    assert as_json("rebuild", "--check", data=data)["equal"]


def proofs():
    data, out = WORK / "main" / "var", WORK / "main" / "out"
    packed = [event for event in events(out)
              if event["type"] == "AggregationEvent" and event["action"] == "ADD"]
    pack = next(epc for event in packed for epc in event["childEPCs"] if ":sgtin:" in epc)
    proof = WORK / "proof.json"
    run("proof", "create", pack, "-o", proof, data=data)
    empty = WORK / "elsewhere"
    empty.mkdir()
    checked = subprocess.run([PROGRAM, "proof", "check", str(proof), "--json"], cwd=empty,
                             capture_output=True, text=True)
    assert checked.returncode == OK, checked.stderr
    answer = json.loads(checked.stdout)
    assert answer["valid"] and answer["epc"] == pack
    assert any("commissioning" in item["biz_step"] for item in answer["items"])
    text = proof.read_text()
    others = [epc for event in events(out) for epc in
              event.get("epcList", []) + event.get("childEPCs", []) + [event.get("parentID", "")]]
    for epc in set(others) - {pack, ""}:
        assert epc not in text and epc.rsplit(".", 1)[-1] not in text, "reveals " + epc
    # Every byte is tried in the unit tests; here a sample through the program.
    chance = random.Random(7)
    content = bytearray(text.rstrip("\n").encode())
    for _ in range(40):
        changed = bytearray(content)
        at = chance.randrange(len(changed))
        changed[at] = changed[at] ^ (1 << chance.randrange(7))
        bad = WORK / "bad.json"
        bad.write_bytes(changed)
        run("proof", "check", bad, expect=SAID_NO)


def wrong_orders():
    data = WORK / "wrong" / "var"
    today_past = '2020-01-31'
    for changes, field in (({"gtin": '"09521234000014"'}, "gtin"),
                           ({"expiry": today_past}, "expiry"),
                           ({"quantity": "0"}, "quantity"),
                           ({"quantity": "99999999999"}, "quantity"),
                           ({"lot": '"A B"'}, "lot"),
                           ({"packs_per_case": "0"}, "packs_per_case")):
        done = run("order", "run", order_file(**changes), "--out", WORK / "wrong" / "out",
                   data=data, expect=SAID_NO)
        assert field in done.stderr and "rule:" in done.stderr and "remedy:" in done.stderr, \
            (changes, done.stderr)
    # Where an operator makes the numbers, an order makes none of its own beside them.
    done = run("order", "run", order_file(market='"RU"'), "--out", WORK / "wrong" / "out", data=data,
               expect=CONFLICT)
    assert "imported_numbers" in done.stderr, done.stderr
    unknown = WORK / "unknown-key.toml"
    unknown.write_text((ROOT / "examples/orders/small.toml").read_text() + "\ncolour = \"red\"\n")
    done = run("order", "run", unknown, "--out", WORK / "wrong" / "out", data=data, expect=SAID_NO)
    assert "colour" in done.stderr, done.stderr
    run("order", "run", WORK / "no-such-file.toml", data=data, expect=NOT_FOUND)
    run("order", "fly", expect=USAGE)


# ---- faults ---------------------------------------------------------------------------------


def kills():
    """kill -9 at random moments of the main job; the order resumes and nothing is lost."""
    data, out = WORK / "kills" / "var", WORK / "kills" / "out"
    order = ROOT / "examples" / "orders" / "eu-demo.toml"
    seed = int(os.environ.get("PACKTRAIL_SEED", str(random.SystemRandom().getrandbits(32))))
    print(f"seed {seed}")
    chance = random.Random(seed)
    killed = 0
    slowest = 0.0
    seen = {}
    while killed < KILLS:
        process = subprocess.Popen([PROGRAM, "order", "run", str(order), "--out", str(out),
                                    "--data", str(data), "--json"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.02, 0.9))
        if process.poll() is not None:
            # The order closed before we struck: begin another one in the same folder.
            assert process.returncode == OK, process.returncode
            add_to(seen, commissioned(out))
            order = order_file("eu-demo", order_id=f'"KILL-{killed}"', lot=f'"K{killed}"')
            continue
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        begin = time.monotonic()
        pools = as_json("pool", "list", data=data)["pools"]
        slowest = max(slowest, time.monotonic() - begin)
        assert not any(pool["blocked"] for pool in pools), "a crash is no restore"
        assert as_json("rebuild", "--check", data=data)["equal"], "rebuild differs"
    assert slowest < 2.0, f"a start took {slowest:.2f} s"
    for entry in as_json("order", "list", data=data)["orders"]:
        if entry["state"] != "closed":
            run("order", "run", order, "--out", out, data=data)
    all_orders = as_json("order", "list", data=data)["orders"]
    for entry in all_orders:
        assert entry["state"] == "closed", entry
        assert_balanced({"reconciliation": entry["reconciliation"]})
    add_to(seen, commissioned(out))
    assert seen and max(seen.values()) == 1, "a number was used twice"
    packs = sum(entry["reconciliation"]["numbers"]["pack"][part] for entry in all_orders
                for part in ("good", "sampled", "decommissioned"))
    assert len(packs_of(seen)) == packs, "a commissioned number is lost"
    print(f"{killed} kills, slowest start {slowest:.2f} s")


def interrupt_and_resume():
    data, out = WORK / "interrupt" / "var", WORK / "interrupt" / "out"
    order = order_file("eu-demo")
    process = subprocess.Popen([PROGRAM, "order", "run", str(order), "--out", str(out),
                                "--data", str(data)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode != OK:
        assert "held" in said, said
        run("order", "run", order, "--out", out, data=data)
    assert_balanced(json.loads((out / "report.json").read_text()))


def by_socket(data, method, path, body=None, decode=json.loads):
    """A call as the owner of the data folder, over its socket."""
    class Connection(http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(60)
            self.sock.connect(str(next(path for path in data.rglob("*") if path.is_socket())))
    connection = Connection("folder")
    connection.request(method, path, body, {"Content-Type": "application/ld+json"} if body else {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert response.status < 300, (path, response.status, content)
    return decode(content) if content else None


def sscc_digits(urn):
    prefix, rest = urn.split(":")[-1].split(".")
    digits = rest[0] + prefix + rest[1:]
    return digits + str(-sum(int(d) * (3, 1)[i % 2] for i, d in enumerate(digits)) % 10)


def rework_by_scan():
    data, out = WORK / "rework" / "var", WORK / "rework" / "out"
    order = order_file("eu-demo", order_id='"REWORK-1"', quantity=6000)
    process = subprocess.Popen([PROGRAM, "order", "run", str(order), "--out", str(out),
                                "--data", str(data)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "held" in said, "the order ended before it could be held: " + said
    with Server(data):
        # The first case of the order: SSCC number 0 of extension digit 0.
        case = "urn:epc:id:sscc:9521234.0" + "0" * 9
        digits = sscc_digits(case)
        inside = [node["epc"] for node in as_json("contents", case, data=data)["root"]["children"]]
        pack, ended = inside[0], inside[1]
        packing = by_socket(data, "GET", "/epcis/events?MATCH_anyEPC=" + http_quote(case))
        packing = packing["epcisBody"]["queryResults"]["resultsBody"]["eventList"][-1]
        assert packing["type"] == "AggregationEvent", packing
        link = lambda epc: as_json("trace", epc, data=data)["digital_link"]

        def refused(code, reason):
            done = run("order", "pack", "REWORK-1", digits, code, expect=CONFLICT, data=data)
            assert f"refused: {reason}" in done.stderr, done.stderr
        refused("(01)09527654321004(21)STRAY1", "foreign")
        refused(link(pack), "duplicate")  # In the case already.
        time.sleep(0.1)  # The line's times count on by milliseconds within a window.
        at = time.time()
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"
        common = {"eventTime": now, "eventTimeZoneOffset": "+00:00", "action": "DELETE",
                  "readPoint": packing["readPoint"]}
        by_socket(data, "POST", "/epcis/capture", json.dumps({
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": now,
            "epcisBody": {"eventList": [
                {**common, "type": "AggregationEvent", "bizStep": "unpacking",
                 "disposition": "in_progress", "parentID": case, "childEPCs": [pack, ended]},
                {**common, "type": "ObjectEvent", "bizStep": "decommissioning",
                 "disposition": "inactive", "epcList": [ended]}]}}))
        refused(link(ended), "uncommissioned_child")
        assert as_json("contents", case, data=data)["objects"] == len(inside) - 2
        done = run("order", "pack", "REWORK-1", digits, link(pack), data=data)
        assert "1 packed" in done.stdout, done.stdout
        assert as_json("contents", case, data=data)["objects"] == len(inside) - 1
        run("order", "pack", "NO-SUCH", digits, link(pack), expect=NOT_FOUND, data=data)
    run("order", "run", order, "--out", out, data=data)
    report = json.loads((out / "report.json").read_text())
    assert_balanced(report)
    found = report["reconciliation"]["findings"]
    assert found["foreign"] >= 1 and found["uncommissioned_child"] == 1, found
    refused_now = run("order", "pack", "REWORK-1", digits, "(01)09527654321004(21)STRAY1",
                      expect=CONFLICT, data=data)
    assert "completed" in refused_now.stderr, refused_now.stderr


def restore_rule():
    """A data folder put back from an older copy does not issue a number again."""
    for way in ("moved", "in place"):
        base = WORK / f"restore-{way.replace(' ', '-')}"
        data = base / "var"
        run("order", "run", order_file(order_id='"R-1"', lot='"R1"'), "--out", base / "1", data=data)
        shutil.copytree(data, base / "backup", symlinks=True)
        run("order", "run", order_file(order_id='"R-2"', lot='"R2"'), "--out", base / "2", data=data)
        if way == "moved":
            shutil.rmtree(data)
            shutil.copytree(base / "backup", data)
        else:  # The same files, with older content: inode and path do not tell.
            for path in (base / "backup").rglob("*.mdb"):
                (data / path.relative_to(base / "backup")).write_bytes(path.read_bytes())
        third = order_file(order_id='"R-3"', lot='"R3"')
        other_product = order_file(order_id='"R-4"', lot='"R4"', gtin=f'"{gtin_of("952123499999")}"')
        refused = run("order", "run", third, "--out", base / "3", data=data, expect=None)
        assert refused.returncode != OK, "issued numbers after a restore"
        assert "pool" in refused.stderr and "remedy" in refused.stderr, refused.stderr
        refused = run("order", "run", other_product, "--out", base / "4", data=data, expect=None)
        assert refused.returncode != OK, "a pool made after a restore issued numbers"
        known = base / "known.txt"
        epcs = packs_of(commissioned(base / "1")) | packs_of(commissioned(base / "2"))
        known.write_text("\n".join(epc.rsplit(".", 1)[-1] for epc in sorted(epcs)) + "\n")
        for pool in as_json("pool", "list", data=data)["pools"]:
            assert pool["blocked"], pool
            arguments = ["pool", "advance", pool["object_class"], "--evidence", "all lines asked"]
            next_counter = int(pool["next_counter"])
            run(*arguments, data=data, expect=SAID_NO)  # It must be said how far.
            if next_counter > 0:  # The witness knows of more.
                low = run(*arguments, "--next-counter", next_counter + 1, data=data, expect=None)
                assert low.returncode in (SAID_NO, CONFLICT), low.stderr
                now = as_json("pool", "list", data=data)["pools"]
                assert all(each["blocked"] for each in now
                           if each["object_class"] == pool["object_class"]), now
            arguments += ["--next-counter", next_counter + 5000]
            if next_counter > 0 and pool["kind"] == "serial":
                # Numbers that were drawn but are on no pack are beyond the known ones.
                arguments += ["--known", known]
            run(*arguments, data=data)
        assert not any(pool["blocked"] for pool in as_json("pool", "list", data=data)["pools"])
        run("order", "run", third, "--out", base / "3", data=data)
        old = commissioned(base / "1") | commissioned(base / "2")
        assert not set(old) & set(commissioned(base / "3")), "a number was issued again"


def copies_and_lost_ledgers():
    """A copy is blocked and leaves the true folder alone; keys start no second ledger."""
    base = WORK / "copies"
    data = base / "var"
    run("order", "run", order_file(order_id='"C-1"', lot='"C1"'), "--out", base / "1", data=data)
    shutil.copytree(data, base / "copy", symlinks=True)
    assert all(pool["blocked"] for pool in as_json("pool", "list", data=base / "copy")["pools"])
    assert not any(pool["blocked"] for pool in as_json("pool", "list", data=data)["pools"])
    run("order", "run", order_file(order_id='"C-2"', lot='"C2"'), "--out", base / "2", data=data)
    shutil.rmtree(base / "copy" / "ledger")
    again = order_file(order_id='"C-3"', lot='"C3"')
    lost = run("order", "run", again, "--out", base / "3", data=base / "copy", expect=CONFLICT)
    assert "keys" in lost.stderr and "remedy" in lost.stderr, lost.stderr
    assert not (base / "copy" / "ledger" / "data.mdb").exists(), "a second ledger began"
    # The ledger of another installation under these keys.
    run("order", "run", again, "--out", base / "3", data=base / "other")
    shutil.rmtree(base / "copy" / "ledger", ignore_errors=True)
    shutil.copytree(base / "other" / "ledger", base / "copy" / "ledger")
    run("pool", "list", data=base / "copy", expect=CONFLICT)


def damage_is_said():
    """A flipped byte in the projections is noticed. Values are checked when they are read; a flip in
    LMDB's own pages (a key, a header) may stop the process, which then says why, or hide a value:
    that is found by rebuild --check."""
    data, out = WORK / "damage" / "var", WORK / "damage" / "out"
    run("order", "run", order_file(order_id='"D-1"', lot='"D1"'), "--out", out, data=data)
    run("rebuild", data=data)  # Everything stands in the store.
    packed = [event for event in events(out)
              if event["type"] == "AggregationEvent" and event["action"] == "ADD"]
    pack = next(epc for event in packed for epc in event["childEPCs"] if ":sgtin:" in epc)
    run("verify", pack, data=data)
    store = data / "projections" / "data.mdb"
    sound = store.read_bytes()
    chance = random.Random(11)
    used = [at for at, byte in enumerate(sound) if byte != 0]
    said = 0
    for at in chance.sample(used, 60):
        damaged = bytearray(sound)
        damaged[at] ^= 1 << chance.randrange(8)
        store.write_bytes(damaged)
        done = run("verify", pack, data=data, expect=None)
        assert done.returncode in (OK, FAILED, NOT_FOUND, -signal.SIGSEGV), \
            (at, done.returncode, done.stdout, done.stderr)
        if done.returncode == NOT_FOUND:
            checked = run("rebuild", "--check", data=data, expect=None)
            assert checked.returncode != OK, (at, "hidden from rebuild --check", checked.stdout)
        elif done.returncode != OK:
            assert "error" in done.stderr, (at, done.stderr)
            said += 1
    assert said > 0, "no damage was met"
    store.write_bytes(sound)
    run("verify", pack, data=data)


# ---- the server -----------------------------------------------------------------------------


def one_owner():
    """Commands work through the running server on the same folder."""
    data, out = WORK / "owner" / "var", WORK / "owner" / "out"
    with Server(data) as server:
        run("order", "run", order_file(), "--out", out, data=data)
        assert_balanced(json.loads((out / "report.json").read_text()))
        assert as_json("rebuild", "--check", data=data)["equal"]
        assert as_json("pool", "list", data=data)["pools"]
        done = run("rebuild", data=data, expect=None)
        assert done.returncode == FAILED and str(server.process.pid) in done.stderr, done.stderr
        second = run("serve", "--listen", "127.0.0.1:0", data=data, expect=None, timeout=30)
        assert second.returncode == FAILED and "belongs to process" in second.stderr
    assert as_json("rebuild", "--check", data=data)["equal"]
    run("rebuild", data=data)
    assert as_json("rebuild", "--check", data=data)["equal"]
    # A store too damaged to be opened is made again as well.
    (data / "projections" / "data.mdb").write_bytes(os.urandom(65536))
    run("rebuild", data=data)
    assert as_json("rebuild", "--check", data=data)["equal"]
    run("verify", "(01)09506000134352(21)1", data=WORK / "no-such-folder", expect=NOT_FOUND)
    assert not (WORK / "no-such-folder").exists(), "a question began a data folder"


def strangers_learn_nothing():
    data, out = WORK / "owner" / "var", WORK / "owner" / "out"
    with Server(data) as server:
        packed = [event for event in events(out) if event["type"] == "AggregationEvent"]
        pack = next(epc for event in packed for epc in event["childEPCs"] if ":sgtin:" in epc)
        trace = as_json("trace", pack, data=data)
        path = "/01/" + trace["digital_link"].split("/01/")[1]
        lot = trace["lot"]
        yymmdd = trace["expiry"][2:].replace("-", "")
        ask = lambda target, **headers: server.call("GET", target, headers=headers)
        response, body = ask(f"{path}?17={yymmdd}&10={lot}", Accept="application/json")
        assert response.status == 200 and json.loads(body)["genuine"], body
        response, body = ask(f"{path}?17={yymmdd}&10={lot}", Accept="text/html")
        assert b"Genuine pack" in body
        with_lot = path.replace("/21/", f"/10/{lot}/21/")
        response, body = ask(f"{with_lot}?17={yymmdd}", Accept="application/json")
        assert json.loads(body)["genuine"], body
        answers = set()
        for target in (path, with_lot, with_lot.replace(lot, "X") + f"?17={yymmdd}", f"{path}?10={lot}", f"{path}?17={yymmdd}", f"{path}?17={yymmdd}&10=X",
                       f"{path}?17=291231&10={lot}", f"{path}?17=999999&10=%zz",
                       f"{path[:-1]}?17={yymmdd}&10={lot}",
                       f"/01/09506000134352/21/NOSUCH?17={yymmdd}&10={lot}",
                       f"/01/00000000000000/21/X", f"/01/abc/21/X"):
            for accept in ("application/json", "text/html"):
                response, body = ask(target, Accept=accept)
                headers = tuple(sorted((name, value) for name, value in response.getheaders()
                                       if name.lower() != "date"))
                answers.add((accept, response.status, headers, body))
        assert len(answers) == 2, f"{len(answers)} different answers"
        for method, target in (("GET", "/metrics"), ("GET", "/api/v1/orders"),
                               ("GET", "/api/v1/live"), ("GET", "/epcis/events?MATCH_anyEPC=" + pack),
                               ("POST", "/epcis/capture"), ("POST", "/api/v1/orders"),
                               ("GET", "/api/v1/trace?epc=" + pack), ("GET", "/api/v1/pools"),
                               ("POST", "/api/v1/rebuild-check"), ("POST", "/api/v1/verify")):
            response, body = server.call(method, target)
            assert response.status == 401, (target, response.status, body)
        response, _ = server.call("GET", "/livez")
        assert response.status == 200
        response, _ = server.call("GET", "/readyz")
        assert response.status == 200


def http_interface():
    data = WORK / "http" / "var"
    with Server(data, "--demo") as server:
        session = server.login()
        response, body = server.call("POST", "/api/v1/sessions",
                                     json.dumps({"user": "demo", "password": "x" * 20}),
                                     {"Content-Type": "application/json"})
        assert response.status == 401
        begin = time.monotonic()
        while True:
            response, body = server.call("GET", "/api/v1/live", headers=session)
            live = json.loads(body)
            if live["lines"] and live["lines"][0]["good"] > 0:
                break
            assert time.monotonic() - begin < 60, live
            time.sleep(0.5)
        last = live["lines"][0]["last_good"]
        response, body = server.call("POST", "/api/v1/verify", json.dumps({"code": last}),
                                     {**session, "Content-Type": "application/json"})
        assert json.loads(body)["verdict"] == "genuine", body
        event = {
            "type": "ObjectEvent", "eventTime": "2026-01-05T10:00:00.000+01:00",
            "eventTimeZoneOffset": "+01:00", "action": "ADD", "bizStep": "commissioning",
            "disposition": "active", "readPoint": {"id": "urn:epc:id:sgln:0614141.00777.0"},
            "epcList": ["urn:epc:id:sgtin:0614141.107346.2017", "urn:epc:id:sgtin:0614141.107346.2018"],
        }
        document = {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2026-01-05T10:00:00.000Z", "epcisBody": {"eventList": [event]},
        }
        json_type = {**session, "Content-Type": "application/ld+json"}
        response, body = server.call("POST", "/epcis/capture", json.dumps(document), json_type)
        assert response.status == 202, body
        job = response.getheader("Location")
        response, body = server.call("GET", job, headers=session)
        assert json.loads(body)["success"], body
        response, body = server.call("POST", "/epcis/capture", json.dumps(document), json_type)
        assert response.status == 202 and response.getheader("Location") == job, \
            "the same document is the same capture"
        for name in ("urn:epc:id:sgtin:0614141.107346.2017",
                     "https://id.gs1.org/01/10614141073464/21/2017"):
            response, body = server.call(
                "GET", "/epcis/events?MATCH_anyEPC=" + http_quote(name), headers=session)
            found = json.loads(body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            assert len(found) == 1 and found[0]["epcList"] == event["epcList"], body
            assert found[0]["eventTime"] == event["eventTime"], "the captured spelling of the time"
        later = {**document, "epcisBody": {"eventList": [
            {**event, "action": "OBSERVE", "bizStep": "storing", "disposition": "in_progress",
             "eventTime": "2026-01-06T10:00:00.000+01:00"}]}}
        response, body = server.call("POST", "/epcis/capture", json.dumps(later), json_type)
        assert response.status == 202, body
        target = "/epcis/events?MATCH_anyEPC=urn:epc:id:sgtin:0614141.107346.2017&perPage="
        response, body = server.call("GET", target + "2", headers=session)
        assert response.status == 200, body
        response, body = server.call("GET", target + "1", headers=session)
        assert response.status == 400 and b"QueryTooLargeException" in body, body
        response, body = server.call("GET", "/api/v1/sessions/current", headers=session)
        ends = json.loads(body)["expires_at"]
        time.sleep(0.01)
        response, body = server.call("GET", "/api/v1/sessions/current", headers=session)
        assert json.loads(body)["expires_at"] == ends, "a session does not slide"
        for broken, status in (("{", 400), ("[]", 400), (json.dumps({**document, "colour": 1}), 400)):
            response, body = server.call("POST", "/epcis/capture", broken, json_type)
            assert response.status == status, (broken, response.status, body)
            assert json.loads(body)["detail"]
        response, _ = server.call("POST", "/epcis/capture", "<x/>",
                                  {**session, "Content-Type": "application/xml"})
        assert response.status == 415
        response, body = server.call("GET", "/nowhere", headers=session)
        assert response.status == 404
        response, body = server.call("PUT", "/livez")
        assert response.status == 405 and response.getheader("Allow") == "GET"
        response, body = server.call("GET", "/")
        assert response.status == 200 and b"<html" in body
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40000 + b"\r\n\r\n")
            assert b" 431 " in raw.recv(4096)
        response, _ = server.call("POST", "/api/v1/verify", "x" * 2_000_000, session)
        assert response.status == 413


def running_orders_go_on():
    """A server carries on what was running when the last one died; a held order stays held."""
    data = WORK / "go-on" / "var"
    orders = lambda server, session: json.loads(
        server.call("GET", "/api/v1/orders", headers=session)[1])["orders"]

    def until_good(server, session, more_than):
        begin = time.monotonic()
        while True:
            known = orders(server, session)
            if known and known[-1]["counters"]["good"] > more_than:
                return known
            assert time.monotonic() - begin < 60, known
            time.sleep(0.2)

    with Server(data, "--demo") as server:
        until_good(server, server.login(), 0)
        server.process.kill()
    # Without the demo plant nobody but the server itself can run it.
    with Server(data) as server:
        begin = time.monotonic()
        while True:
            known = as_json("order", "list", data=data)["orders"]
            if len(known) == 1 and known[0]["state"] == "closed":
                break
            assert time.monotonic() - begin < 60, known
            time.sleep(0.2)
    with Server(data, "--demo") as server:
        session = server.login()
        begin = time.monotonic()
        while len(orders(server, session)) < 2 or not orders(server, session)[0]["counters"]["good"]:
            assert time.monotonic() - begin < 60
            time.sleep(0.2)
        held = orders(server, session)[0]["order_id"]
        response, body = server.call("POST", f"/api/v1/orders/{held}/hold", headers=session)
        assert response.status == 202, body
        while orders(server, session)[0]["state"] != "held":
            assert time.monotonic() - begin < 60
            time.sleep(0.2)
        time.sleep(2)
        assert [each["state"] for each in orders(server, session)] == ["held", "closed"]
    with Server(data, "--demo") as server:
        time.sleep(2)
        assert [each["state"] for each in orders(server, server.login())] == ["held", "closed"]


def numbers_of(path):
    return [line.split("\t")[0] for line in path.read_text().splitlines()]


def moved(verb, pool, count, *options, data, expect=OK):
    done = run("pool", verb, pool, "--for", "line-2", *options, data=data, expect=expect)
    if expect == OK:
        assert done.stdout.startswith(f"{count} numbers are "), done.stdout
    return done


def live_of_pools(data, folder):
    """Every verb of a pool, from its creation to numbers that are void."""
    folder.mkdir(parents=True)
    create = ["pool", "create", "--gtin", "09521234543213", "--format", "eu", "--planned", "5000",
              "--low-water", "4900", "--product", "Painless", "--token", "make-1"]
    made = as_json(*create, data=data)
    pool = made["object_class"]
    assert made["kind"] == "serial" and made["length"] >= 8 and made["forecast"]["alarm"] == "none"
    assert as_json(*create, data=data)["object_class"] == pool, "the same token, the same pool"
    run("pool", "create", "--gtin", "09521234543213", "--format", "eu", "--length", "8",
        "--planned", "5000000", data=data, expect=SAID_NO)
    shown = run("pool", "show", pool, data=data).stdout
    assert "Painless" in shown and "low water         4900" in shown, shown
    first, again = folder / "a.txt", folder / "again.txt"
    draw = ["pool", "allocate", pool, "--count", 10, "--for", "line-2", "--token", "A-1"]
    run(*draw, "--out", first, data=data)
    run(*draw, "--out", again, data=data)
    assert first.read_text() == again.read_text(), "the same token, the same numbers"
    assert first.stat().st_mode & 0o777 == 0o600
    assert len(set(numbers_of(first))) == 10
    run(*draw, "--out", again, data=data, expect=CONFLICT)  # A file is not replaced.
    draw[4] = 11
    refused = run(*draw, data=data, expect=CONFLICT)
    assert "token_reused" in refused.stderr, refused.stderr
    part = folder / "part.txt"
    part.write_text("".join(f"{number}\n" for number in numbers_of(first)[:6]))
    moved("encode", pool, 6, "--token", "E-1", "--serials", part, data=data)
    moved("encode", pool, 6, "--token", "E-1", "--serials", part, data=data)
    part.write_text(numbers_of(first)[0] + "\n")
    moved("sample", pool, 1, "--token", "S-1", "--serials", part, data=data)
    moved("scrap", pool, 1, "--token", "S-2", "--serials", part, data=data)
    moved("scrap", pool, 2, "--token", "S-3", "--range", "1-2", data=data)
    moved("void", pool, 1, "--token", "V-1", "--range", "3-3", data=data)
    moved("return", pool, 4, "--token", "R-1", "--allocation", "A-1", "--unused", data=data)
    done = run("pool", "return", pool, "--for", "line-2", "--token", "R-1", "--allocation", "A-1",
               "--unused", data=data)
    assert "4 numbers are Unallocated since before" in done.stdout, done.stdout
    for verb, numbers, now in (("return", "4-4", "Encoded"), ("encode", "3-3", "SNInvalid"),
                               ("scrap", "9-9", "Unallocated"), ("sample", "0-0", "LabelScrapped")):
        done = moved(verb, pool, 1, "--token", f"X-{verb}", "--range", numbers, data=data,
                     expect=CONFLICT)
        assert f"is {now}" in done.stderr and "rule:" in done.stderr, done.stderr
    moved("encode", pool, 1, "--token", "X-0", "--range", "77-77", data=data, expect=CONFLICT)
    line = folder / "l7.txt"
    run("pool", "reserve", pool, "--line", "L7", "--count", 100, "--token", "L7-1", "--until",
        "2020-01-01T06:00:00Z", "--low-water", 100, "--out", line, data=data)
    assert line.stat().st_mode & 0o777 == 0o600 and len(numbers_of(line)) == 100
    listed = {each["object_class"]: each for each in as_json("pool", "list", data=data)["pools"]}
    assert listed[pool]["issued"] == "110", listed[pool]
    (buffer,) = listed[pool]["lines"]
    assert buffer["line"] == "L7" and buffer["overdue"], buffer
    assert buffer["forecast"]["alarm"] == "low" and buffer["forecast"]["remaining"] == "100", buffer
    states = as_json("pool", "show", pool, data=data)["states"]
    assert states == {"Allocated": "100", "Encoded": "2", "LabelScrapped": "3", "SNInvalid": "1",
                      "Unallocated": "4"}, states
    series = as_json("pool", "create", "--sscc", "9521234", "--extension", "3", data=data)
    assert series["kind"] == "sscc"
    ssccs = folder / "sscc.txt"
    run("pool", "allocate", series["object_class"], "--count", 2, "--for", "line-2", "--token",
        "P-1", "--out", ssccs, data=data)
    assert all(number.startswith("39521234") for number in numbers_of(ssccs))
    moved("encode", series["object_class"], 2, "--token", "P-2", "--serials", ssccs, data=data)
    run("pool", "show", 99, data=data, expect=NOT_FOUND)
    run("pool", "allocate", 99, "--count", 1, "--for", "x", "--token", "x", data=data,
        expect=NOT_FOUND)
    assert as_json("rebuild", "--check", data=data)["equal"]


def pools_life():
    live_of_pools(WORK / "pools" / "var", WORK / "pools" / "files")
    data = WORK / "pools-served" / "var"
    with Server(data):
        live_of_pools(data, WORK / "pools-served" / "files")
    assert as_json("rebuild", "--check", data=data)["equal"]


def import_into(data, folder):
    folder.mkdir(parents=True)
    pool = as_json("pool", "create", "--gtin", "09521234543213", "--imported-from", "partner",
                   "--format", "numeric", "--low-water", "3", data=data)
    assert pool["kind"] == "imported"
    pool = pool["object_class"]

    def file(name, text):
        (folder / name).write_text(text)
        return folder / name

    size = next(each["length"] for each in as_json("pool", "formats")["formats"]
                if each["format"].startswith("numeric/"))
    digits = lambda first, count: [f"1{number:0{size - 1}}" for number in range(first, first + count)]
    take = lambda path, *more, **options: as_json("pool", "import", pool, path, *more, data=data,
                                                  **options)
    csv = file("a.csv", "serial,lot\n" + "".join(f"{n},L1\n" for n in digits(0, 5)))
    looked = take(csv, "--dry-run")
    assert looked["taken"] == 5 and looked["dry_run"]
    assert as_json("pool", "show", pool, data=data)["imported"] == "0", "a dry run takes nothing"
    first = take(csv)
    assert first["taken"] == 5 and not first["repeated"] and first["ignored"] == ["lot"], first
    again = take(csv)
    assert again["repeated"] and {**again, "repeated": False} == first, again
    # Nothing of a file with faults; every one of them is named with its line and place.
    mixed = file("b.csv", "serial\n" + "\n".join(
        [digits(5, 1)[0], "not a number", digits(2, 1)[0], digits(6, 1)[0], digits(5, 1)[0]]) + "\n")
    refused = take(mixed, expect=SAID_NO)
    assert refused["taken"] == 0 and refused["fault_count"] == 3, refused
    assert [fault["line"] for fault in refused["faults"]] == [3, 4, 6], refused
    assert "partner, number 2" in refused["faults"][1]["reason"], refused
    assert "line 2" in json.dumps(refused["faults"][2]), refused
    assert all(fault["field"] and fault["reason"] and fault["remedy"]
               for fault in refused["faults"]), refused
    assert as_json("pool", "show", pool, data=data)["imported"] == "5"
    clashing = file("c.csv", "\n".join(digits(3, 4)) + "\n")
    refused = take(clashing, expect=SAID_NO)
    assert refused["taken"] == 0 and refused["fault_count"] == 2, refused
    partial = take(mixed, "--partial", expect=SAID_NO)
    assert partial["taken"] == 2 and partial["fault_count"] == 3, partial
    repeat = take(mixed, "--partial", expect=SAID_NO)
    assert repeat["repeated"] and {**repeat, "repeated": False} == partial, (repeat, partial)
    said = run("pool", "import", pool, mixed, "--partial", data=data, expect=SAID_NO).stdout
    assert "line 4: serial: " in said and "2 of 5 numbers came into" in said, said
    # Nothing new at all is a report as well.
    none = take(csv, "--partial", "--token", "none", expect=SAID_NO)
    assert none["taken"] == 0 and none["fault_count"] == 5, none
    js = file("d.json", json.dumps({"numbers": [{"serial": n} for n in digits(10, 3)]}))
    assert take(js)["taken"] == 3
    xml = file("e.xml", "<list>" + "".join(f"<number serial='{n}'/>" for n in digits(20, 3))
               + "</list>")
    assert take(xml, "--format", "xml", "--source", "partner", "--token", "T-1")["taken"] == 3
    other = file("f.csv", "\n".join(digits(30, 2)) + "\n")
    done = run("pool", "import", pool, other, "--token", "T-1", data=data, expect=CONFLICT)
    assert "token_reused" in done.stderr, done.stderr
    run("pool", "import", pool, other, "--source", "somebody", data=data, expect=CONFLICT)
    run("pool", "import", pool, folder / "missing.csv", data=data, expect=NOT_FOUND)
    run("pool", "import", pool, other, "--format", "yaml", data=data, expect=USAGE)
    run("pool", "import", pool, file("g.json", "{\"numbers\": ["), data=data, expect=SAID_NO)
    # More than one command's worth, in one piece.
    many = file("h.csv", "\n".join(digits(1000, 100_001)) + "\n")
    assert take(many)["taken"] == 100_001
    assert take(many)["repeated"]
    over = file("i.csv", "\n".join(digits(900, 100_002)) + "\n")
    refused = take(over, expect=SAID_NO)
    assert refused["taken"] == 0 and refused["fault_count"] == 99_902 \
        and len(refused["faults"]) == 1000, refused["fault_count"]
    # What was imported is handed out as it came, and comes back.
    out = folder / "out.txt"
    run("pool", "allocate", pool, "--count", 4, "--for", "line-2", "--token", "D-1", "--out", out,
        data=data)
    assert numbers_of(out) == digits(0, 4)
    moved("return", pool, 4, "--token", "D-2", "--allocation", "D-1", data=data)
    # The operator's key and code belong to the number, and go out with it.
    ru = as_json("pool", "create", "--gtin", "09521234543213", "--imported-from", "operator",
                 "--format", "ru", data=data)["object_class"]
    code = "A" * 43 + "="
    coded = file("ru.csv", f"serial,tail\nABCDEFGHIJKL0,[91]EE05[92]{code}\nABCDEFGHIJKL1,\n")
    report = as_json("pool", "import", ru, coded, "--partial", data=data, expect=SAID_NO)
    assert report["taken"] == 1 and report["faults"][0]["field"] == "tail", report
    one = as_json("pool", "allocate", ru, "--count", 1, "--for", "x", "--token", "D-3", data=data)
    assert one["companions"] == [f"91EE05\x1d92{code}"], one
    own = as_json("pool", "create", "--gtin", "09521234543213", "--format", "eu", "--planned",
                  "100", data=data)["object_class"]
    done = run("pool", "import", own, csv, data=data, expect=CONFLICT)
    assert "not_an_import_pool" in done.stderr
    assert as_json("rebuild", "--check", data=data)["equal"]


def pool_import():
    import_into(WORK / "import" / "var", WORK / "import" / "files")
    data = WORK / "import-served" / "var"
    with Server(data) as server:
        import_into(data, WORK / "import-served" / "files")
        response, body = server.call("POST", "/api/v1/pools/1/imports",
                                     json.dumps({"token": "t", "serials": ["1"]}))
        assert response.status == 401, body
    assert as_json("rebuild", "--check", data=data)["equal"]


def pool_guards():
    """What a mistaken or hostile request must not do to a pool."""
    data = WORK / "guards" / "var"
    folder = WORK / "guards" / "files"
    folder.mkdir(parents=True)
    gtin = "09521234543213"
    pool = as_json("pool", "create", "--gtin", gtin, "--imported-from", "partner", "--format",
                   "numeric", data=data)["object_class"]
    numbers = folder / "numbers.csv"
    numbers.write_text("\n".join(f"{5 * 10 ** 13 + i}" for i in range(4)) + "\n")
    run("pool", "import", pool, numbers, data=data)
    first = as_json("pool", "allocate", pool, "--count", 1, "--for", "A", "--token", "B1",
                    data=data)["serials"]
    stolen = run("pool", "return", pool, "--for", "B", "--token", "B2", "--range", "0-0",
                 data=data, expect=CONFLICT)
    assert "not_the_holder" in stolen.stderr, stolen.stderr
    second = as_json("pool", "allocate", pool, "--count", 1, "--for", "C", "--token", "B3",
                     data=data)["serials"]
    assert first != second, (first, second)
    # A voided number that waited is passed over.
    run("pool", "void", pool, "--for", "A", "--token", "V", "--range", "2-2", data=data)
    assert as_json("pool", "show", pool, data=data)["remaining"] == "1"
    run("pool", "allocate", pool, "--count", 1, "--for", "C", "--token", "B4", data=data)
    # One token, two allocations.
    own = as_json("pool", "create", "--gtin", gtin, "--format", "numeric", "--length", 14,
                  "--planned", 600_000_000, "--epoch", 7, data=data)
    own = own["object_class"]
    for token in ("P", "Q"):
        run("pool", "allocate", own, "--count", 3, "--for", "A", "--token", token, data=data)
    unused = ["pool", "return", own, "--for", "A", "--token", "R", "--unused", "--allocation"]
    run(*unused, "P", data=data)
    run(*unused, "P", data=data)
    reused = run(*unused, "Q", data=data, expect=CONFLICT)
    assert "token_reused" in reused.stderr, reused.stderr
    # A new epoch has the same budget.
    more = run("pool", "create", "--gtin", gtin, "--format", "numeric", "--length", 14, "--planned",
               600_000_000, data=data, expect=SAID_NO)
    assert "class 2 (epoch 7) plans 600000000" in more.stderr, more.stderr
    run("pool", "create", "--gtin", gtin, "--format", "numeric", "--planned", 1, "--epoch", 2 ** 32,
        data=data, expect=USAGE)
    last = as_json("pool", "create", "--gtin", "09521234543220", "--format", "eu", "--planned",
                   1000, "--epoch", 2 ** 32 - 1, data=data)
    assert last["epoch"] == 2 ** 32 - 1, last
    # A profile that only its maker has cannot be held against later imports.
    profile = ROOT / "packs" / "formats" / "ru.toml"
    refused = run("pool", "create", "--gtin", gtin, "--imported-from", "other", "--profile",
                  profile, data=data, expect=CONFLICT)
    assert "builtin_profile" in refused.stderr, refused.stderr
    # One of a million.
    assert not as_json("pool", "show", own, data=data)["occupancy_alarm"]
    run("pool", "advance", own, "--next-counter", 95_000_000, "--evidence", "test", data=data)
    assert as_json("pool", "show", own, data=data)["occupancy_alarm"]
    assert "ALARM" in run("pool", "show", own, data=data).stdout
    assert "occupancy" in run("pool", "list", data=data).stdout
    body = by_metrics(data)
    assert 'packtrail_pool_occupancy_alarm{class="2"} 1' in body, body
    # SSCCs that are known elsewhere.
    series = as_json("pool", "create", "--sscc", "9521234", "--extension", "3", data=data)
    series = series["object_class"]
    drawn = as_json("pool", "allocate", series, "--count", 2, "--for", "A", "--token", "S",
                    data=data)["serials"]
    known = folder / "known.txt"
    known.write_text("\n".join(drawn) + "\n")
    run("pool", "advance", series, "--known", known, "--evidence", "test", data=data)
    assert as_json("pool", "show", series, data=data)["next_counter"] == "2"
    known.write_text("not an SSCC\n")
    wrong = run("pool", "advance", series, "--known", known, "--evidence", "test", data=data,
                expect=SAID_NO)
    assert "--next-counter" in wrong.stderr, wrong.stderr
    assert as_json("rebuild", "--check", data=data)["equal"]


def by_metrics(data):
    with Server(data):
        return by_socket(data, "GET", "/metrics", decode=bytes.decode)


def http_quote(text):
    from urllib.parse import quote
    return quote(text, safe="")


def labels_and_symbols():
    code = "[01]09506000134352[21]A1"
    # What an option cannot do is refused, not passed over.
    for wrong in (["--bar-height-mm", "20"], ["--stem", "https://id.example.com"],
                  ["--invert", "--format", "png"], ["--x-mm", "1e-9"], ["--size", "axb"],
                  ["--room-mm", "0.0004x0.0004"], ["--dpi", "250"], ["--format", "foo"],
                  ["--kind", "foo"], ["--use", "foo"]):
        done = run("symbol", "make", code, *wrong, expect=USAGE)
        assert done.stdout == "" and "error: --" in done.stderr, done.stderr
    assert "text, png" in run("symbol", "make", code, "--format", "foo", expect=USAGE).stderr
    assert "'symbol foo'" in run("symbol", "foo", expect=USAGE).stderr
    zpl = run("symbol", "make", code, "--size", "32x32", "--format", "zpl").stdout
    assert "^BXN,4,200,32,32,,_^FD" in zpl, zpl
    for wrong in (["--dpi", "0"], ["--dpi", "-300"], ["--dpi", "250"],
                  ["--preview", "--format", "pdf"], ["--format", "text"]):
        run("label", "render", "eu-pack", *wrong, expect=USAGE)
    done = run("label", "render", "eu-pack", "--data", "strenght=500mg", expect=SAID_NO)
    assert "strenght" in done.stderr
    # No escape sequence reaches the terminal.
    for words in (["label", "render", "x\x1b[31m"], ["symbol", "make", "\x1b]0;t\x07"],
                  ["symbol", "x\x1b[31m"], ["symbol", "make", code, "\x1b[2J"]):
        done = run(*words, expect=None)
        assert done.returncode not in (OK, FAILED) and "\x1b" not in done.stderr, done.stderr
    # A template's name becomes the name of a file.
    folder = WORK / "proofs" / "in" / "out"
    folder.mkdir(parents=True)
    form = (ROOT / "packs" / "labels" / "us-pack.toml").read_text()
    evil = WORK / "evil.toml"
    evil.write_text(form.replace('name = "us-pack"', 'name = "../../escaped"', 1))
    run("label", "proof", evil, "--out", folder, expect=SAID_NO)
    assert not list((WORK / "proofs").rglob("*.pdf"))
    written = as_json("label", "proof", "us-pack", "eu-pack", "--language", "en", "--out", folder)
    assert [(entry["template"], entry["languages"]) for entry in written] == [
        ("us-pack", ["en"]), ("eu-pack", ["en"])], written
    for entry in written:
        assert pathlib.Path(entry["file"]).read_bytes().startswith(b"%PDF-")
    run("label", "proof", "us-pack", "--json", expect=USAGE)


def an_answer_that_nobody_got():
    for words in (["symbol", "make", "09506000134352", "--json"], ["label", "list", "--json"],
                  ["label", "render", "us-pack"], ["--version"]):
        for redirect in (">/dev/full", ">&-"):
            line = " ".join(f"'{word}'" for word in [PROGRAM, *words])
            done = subprocess.run(["sh", "-c", f"{line} {redirect}"], capture_output=True, text=True)
            assert done.returncode == FAILED, (words, redirect, done)
            assert "standard output" in done.stderr, done.stderr


def benches():
    names = [entry["bench"] for entry in json.loads(run("bench", "list", "--json").stdout)]
    assert sorted(names) == ["capture", "ff1", "gs1", "symbol-grade", "symbol-make",
                             "symbol-read", "verify"], names
    report = json.loads(run("bench", "run", "ff1", "--json").stdout)
    assert report["bench"] == "ff1" and report["conditions"]["cpu"]
    for figure in report["figures"]:
        assert set(figure) == {"name", "value", "unit"} and figure["value"] > 0, figure
    run("bench", "run", "nothing", expect=NOT_FOUND)


CASES = [main_job, epcis_files_are_valid, questions, proofs, wrong_orders, interrupt_and_resume,
         rework_by_scan, kills, restore_rule, copies_and_lost_ledgers,
         damage_is_said, one_owner, strangers_learn_nothing, http_interface,
         running_orders_go_on, pools_life, pool_import, pool_guards, labels_and_symbols,
         an_answer_that_nobody_got, benches]


def main():
    wanted = sys.argv[2:]
    passed = failed = 0
    for case in CASES:
        if wanted and case.__name__ not in wanted:
            continue
        begin = time.monotonic()
        try:
            case()
            passed += 1
            print(f"ok {case.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Exception as wrong:  # Every case is tried; each says for itself what is wrong.
            failed += 1
            print(f"not ok {case.__name__}: {type(wrong).__name__}: {wrong}", flush=True)
    if failed == 0:
        shutil.rmtree(WORK, ignore_errors=True)
    else:
        print(f"kept {WORK}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
