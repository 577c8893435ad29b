#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rootwatch rules: check, list, explain, test and fields; what is wrong is said with its place."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import run  # noqa: E402

GOOD = """\
- macro: mine
  condition: (evt.type = openat and rootwatch.root = host)
- rule: Secret opened
  desc: the secret
  condition: mine and fd.name startswith /srv/secret
  output: opened %fd.name
  priority: WARNING
  tags: [mine, T1552]
- rule: Cat reads
  desc: no path in it
  condition: evt.is_open_read = true and proc.name = cat
  output: cat %fd.name
  priority: NOTICE
  tags: [mine]
- rule: Traced
  desc: what rootwatch does not see
  condition: evt.type = kill
  output: traced
  priority: ERROR
- rule: Asleep
  desc: not enabled
  condition: evt.type = connect
  output: x
  priority: DEBUG
  enabled: false
"""

# Each: a name, the file, what stands on stderr behind its name.
BROKEN = (
    ("field", "- rule: a\n  desc: d\n  condition: evt.type = open and fd.nam = /x\n"
     "  output: x\n  priority: DEBUG\n", r":3:34: error: .*fd\.nam\b.*fd\.name"),
    ("operator", "- rule: a\n  desc: d\n  condition: fd.name = /x or fd.name startwith /y\n"
     "  output: x\n  priority: DEBUG\n", r":3:38: error: .*startwith.*startswith"),
    ("macro", "- rule: a\n  desc: d\n  condition: open_wrte\n  output: x\n  priority: DEBUG\n",
     r":3:14: error: .*open_wrte.*open_write"),
    ("output", "- rule: a\n  desc: d\n  condition: evt.type = open\n  output: x %fd.nmae\n"
     "  priority: DEBUG\n", r":4:\d+: error: .*fd\.nmae"),
    ("priority", "- rule: a\n  desc: d\n  condition: evt.type = open\n  output: x\n"
     "  priority: WARNIN\n", r":5:13: error: .*WARNIN.*warning"),
    ("end", "- rule: a\n  desc: d\n  condition: (evt.type = open\n  output: x\n"
     "  priority: DEBUG\n", r":3:\d+: error: "),
    ("regular expression", "- rule: a\n  desc: d\n  condition: proc.name = x and fd.name regex '(['\n"
     "  output: x\n  priority: DEBUG\n", r":3:32: error: .*terminating"),
    ("not YAML", "- rule: [x\n", r":\d+:\d+: error: "),
    ("recursion", "- macro: a\n  condition: b\n- macro: b\n  condition: a\n- rule: r\n  desc: d\n"
     "  condition: a\n  output: x\n  priority: DEBUG\n", r":2:14: error: .*'b'"),
    ("own recursion", "- macro: a\n  condition: a\n- rule: r\n  desc: d\n  condition: a\n"
     "  output: x\n  priority: DEBUG\n", r":2:14: error: "),
    ("nesting", "[" * (4 << 20), r":1:\d+: error: .*deep"),
    ("10 MB of nesting", "[" * 10_000_000, r":1:1: error: .*at most"),
    ("parentheses", "- rule: r\n  desc: d\n  condition: " + "(" * 1_000_000 + "\n  output: x\n"
     "  priority: DEBUG\n", r":3:\d+: error: "),
    ("NUL", b"- rule: a\0b\n", r":1:10: error: .*NUL"),
    ("UTF-8", b"- rule: a\xff\xfe\n", r":1:10: error: .*UTF-8"),
    ("billion laughs", "- list: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"- &{chr(98 + i)} [" + ",".join([f"*{chr(97 + i)}"] * 9) + "]\n" for i in range(12)),
     r":\d+:\d+: error: "),
)


def put(name, text, mode=0o644):
    path = f"{clean.work_dir()}/{name}"
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(path, mode)
    return path


def rules(*words, code=0):
    done = run("rules", *words)
    assert done.returncode == code, (words, done.returncode, done.stderr[-2000:])
    return done.stdout.decode(), done.stderr.decode()


def listed(*words):
    out, err = rules("list", "-o", "json", *words)
    assert not err, err
    return {r["id"]: r for r in map(json.loads, out.splitlines())}


# ---- usage -------------------------------------------------------------------------------------

@suite.cases(("chekc", "check"), ("lst", "list"), ("explian", "explain"), ("tets", "test"),
             ("feilds", "fields"))
def test_wrong_command(_c, wrong, right):
    out, err = rules(wrong, code=2)
    assert right in err and not out, err


@suite.cases(("check", "--alnoe", "--alone"), ("list", "--taag", "--tag"),
             ("list", "--disabel", "--disable"), ("explain", "--ruless", "--rules"),
             ("test", "--priorty", "--priority"), ("fields", "--formta", "--format"))
def test_wrong_option(_c, command, wrong, right):
    out, err = rules(command, wrong, code=2)
    assert right in err and not out, err


@suite.cases(("none", []), ("list word", ["list", "x"]), ("explain none", ["explain"]),
             ("explain two", ["explain", "a", "b"]), ("test none", ["test"]),
             ("fields word", ["fields", "x"]), ("format", ["list", "-o", "xml"]),
             ("priority", ["list", "-M", "eror"]), ("no such tag", ["list", "-T", "mitre"]),
             ("no such rule", ["list", "-D", "etc-writen"]))
def test_usage(_c, _label, words):
    out, err = rules(*words, code=2)
    assert err and not out, (out, err)


def test_nearest(_c):
    assert "did you mean error?" in rules("list", "-M", "eror", code=2)[1]
    assert "did you mean etc-written?" in rules("list", "-D", "etc-writen", code=2)[1]
    assert "did you mean etc-written?" in rules("explain", "etc-writen", code=2)[1]
    assert "did you mean container?" in rules("list", "-T", "contaner", code=2)[1]


def test_help(_c):
    assert "explain" in run("help", "rules").stdout.decode()
    for command in ("check", "list", "explain", "test", "fields"):
        out, _ = rules(command, "--help")
        assert f"rootwatch rules {command}" in out, out
    for command in ("list", "explain", "test"):
        out, _ = rules(command, "--help")
        for option in ("--rules", "--tag", "--disable", "--priority"):
            assert option in out, (command, option)


def test_without_privilege(_c):
    """Rules are looked at by anybody: nothing is loaded into the kernel."""
    done = run("rules", "check")
    assert done.returncode == 0, done.stderr


# ---- check -------------------------------------------------------------------------------------

def test_check_shipped(_c):
    out, err = rules("check")
    assert not err, err
    found = re.match(r"(\d+) rules: (\d+) active, 0 off, 0 left out\n$", out)
    assert found and int(found[1]) == int(found[2]) > 30, out


@suite.cases(*BROKEN)
def test_check_broken(_c, _label, text, wanted):
    path = put("broken.yaml", text)
    out, err = rules("check", path, code=2)
    assert not out, out
    assert re.search("^" + re.escape(path) + wanted, err, flags=re.M), err
    assert len(err) < 100_000, len(err)


def test_check_says_all(_c):
    """More than one mistake: each with its place, in their order."""
    path = put("many.yaml", "".join(
        f"- rule: r{i}\n  desc: d\n  condition: evt.type = open and fd.x{i} = y\n"
        "  output: x\n  priority: DEBUG\n" for i in range(20)))
    _, err = rules("check", path, code=2)
    lines = re.findall(re.escape(path) + r":(\d+):34: error: ", err)
    assert [int(n) for n in lines] == [3 + 5 * i for i in range(20)], err


def test_check_summary(_c):
    path = put("good.yaml", GOOD)
    out, err = rules("check", "--alone", path)
    lines = out.splitlines()
    assert lines[0] == "4 rules: 2 active, 1 off, 1 left out", out
    places = {}
    with open(path, encoding="utf-8") as file:
        for n, text in enumerate(file, 1):
            if text.startswith("- rule: "):
                places[text[8:].strip()] = f"({path}:{n}:9)"
    assert any(re.match(r"left out: Traced: .*kill.* " + re.escape(places["Traced"]), line) for line in lines), out
    assert "off: Asleep: enabled: false " + places["Asleep"] in lines, out
    assert "error" not in err, err


def test_check_knows_the_shipped(_c):
    """A file may use the macros of the shipped rules, and not with --alone."""
    path = put("macro.yaml", "- rule: a\n  desc: d\n  condition: open_write and fd.name = /srv/x\n"
               "  output: x\n  priority: DEBUG\n")
    rules("check", path)
    _, err = rules("check", "--alone", path, code=2)
    assert ":3:14: error: " in err, err


def test_check_directory(_c):
    top = clean.work_dir() + "/rules.d"
    os.mkdir(top, 0o755)
    put("rules.d/20.yaml", "- rule: b\n  desc: d\n  condition: first\n  output: x\n"
        "  priority: DEBUG\n")
    put("rules.d/10.yml", "- macro: first\n  condition: evt.type = connect\n")
    put("rules.d/notes.txt", "[")
    out, _ = rules("check", "--alone", top)
    assert out.startswith("1 rule: 1 active"), out
    os.symlink(".", top + "/30.yaml")
    assert "30.yaml:1:1: error: a directory" in rules("check", top, code=2)[1]


@suite.cases(("missing", "cannot be opened"), ("fifo", "neither a regular file"),
             ("world-writable", "chmod go-w"), ("group-writable", "chmod go-w"),
             ("foreign", "uid 1234"), ("directory", "chmod go-w"), ("device", "neither a regular"),
             ("link loop", "symbolic links"))
def test_check_untrusted(_c, kind, why):
    path = clean.work_dir() + "/" + kind.replace(" ", "-")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path = "/dev/zero"
    elif kind == "link loop":
        os.symlink(path, path)
    elif kind == "directory":
        os.mkdir(path)
        os.chmod(path, 0o777)
    elif kind != "missing":
        put(os.path.basename(path), GOOD, {"world-writable": 0o646, "group-writable": 0o664,
                                           "foreign": 0o644}[kind])
        if kind == "foreign":
            os.chown(path, 1234, 0)
    for words in (["check", path], ["list", "-r", path], ["explain", "etc-written", "-r", path]):
        out, err = rules(*words, code=2)
        assert not out and f"{path}:1:1: error: " in err and why in err, err


def test_check_link(_c):
    """A link to a file that can be trusted is as good as the file."""
    os.symlink(put("target.yaml", GOOD), clean.work_dir() + "/link.yaml")
    out, _ = rules("check", "--alone", clean.work_dir() + "/link.yaml")
    assert out.startswith("4 rules"), out


def test_hostile_names(_c):
    """What a file says, and how it is called, reaches a terminal without control characters."""
    text = ('- rule: "\\e[31mred\\nline"\n  desc: "\\e[2J"\n  condition: evt.type = kill\n'
            '  output: "\\a"\n  priority: DEBUG\n  tags: ["\\e[0m"]\n')
    path = put("name\x1b[1m\n.yaml", text)
    bad = put("bad\x1b[1m\n.yaml", "- rule: [\n")
    for words, code in ((["check", path], 0), (["list", "-r", path], 0), (["check", bad], 2),
                        (["explain", "\x1b[31mred\nline", "-r", path], 0),
                        (["explain", "\x1b[31mredd\nline", "-r", path], 2),
                        (["list", "-T", "\x1b[1m", "-r", path], 2)):
        out, err = rules(*words, code=code)
        both = out + err
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", both), (words, both)
        assert "\\x1b[" in both, (words, both)
    assert r"red\x0aline" in rules("check", path)[0]


# ---- list --------------------------------------------------------------------------------------

def test_list(_c):
    out, err = rules("list")
    assert not err, err
    lines = out.splitlines()
    assert lines[0].split() == ["PRIORITY", "ID", "STATE", "FILTER", "NAME", "[TAGS]"], lines[0]
    row = next(line for line in lines if " etc-written " in line)
    assert re.match(r"Warning +etc-written +active +paths +\S.* \[.*T\d+.*\]$", row), row
    row = next(line for line in lines if " package-manager " in line)
    assert re.match(r"Error +package-manager +active +kind ", row), row


def test_list_json(_c):
    all_rules = listed()
    for rule in all_rules.values():
        assert rule["state"] == "active" and rule["reason"] is None, rule
        assert rule["desc"] and rule["condition"] and rule["output"] and rule["tags"], rule
        assert rule["filter"] in ("paths", "ports", "kind"), rule
        assert rule["events"], rule
    own = listed("-r", put("good.yaml", GOOD))
    assert set(own) - set(all_rules) == {"secret-opened", "cat-reads", "traced", "asleep"}
    assert own["secret-opened"]["filter"] == "paths"
    assert own["secret-opened"]["line"] == 3
    assert own["cat-reads"]["filter"] == "none"
    assert own["traced"]["state"] == "left out" and "kill" in own["traced"]["reason"]
    assert own["traced"]["filter"] is None and own["traced"]["condition"] is None
    assert own["asleep"]["state"] == "off"


def active(*words):
    return {ident for ident, rule in listed(*words).items() if rule["state"] == "active"}


def test_selection(_c):
    path = put("good.yaml", GOOD)
    every = active("-r", path)
    assert active("-r", path, "-T", "mine") == {"secret-opened", "cat-reads"}
    assert active("-r", path, "-T", "mine", "-T", "T1611") > {"secret-opened", "cat-reads"}
    assert active("-r", path, "-T", "mine", "-M", "Warning") == {"secret-opened"}
    assert active("-r", path, "-T", "mine", "-D", "cat-*") == {"secret-opened"}
    assert active("-r", path, "-T", "mine", "-D", "Secret opened") == {"cat-reads"}
    assert every - active("-r", path, "-D", "*-written") == {
        i for i in every if i.endswith("-written")}
    severe = {i for i, r in listed().items() if r["priority"] in ("Critical", "Error")}
    assert active("-M", "error") == severe
    reasons = {i: r["reason"] for i, r in listed("-r", path, "-T", "mine", "-M", "warning",
                                                 "-D", "secret-opened").items()}
    assert reasons["secret-opened"] == "by -D"
    assert reasons["etc-written"] == "has no tag of -T"
    assert reasons["cat-reads"] == "less severe than -M"


def test_override(_c):
    path = put("own.yaml", "- rule: File below /etc written\n  enabled: false\n"
               "  override: {enabled: replace}\n")
    assert listed("-r", path)["etc-written"]["state"] == "off"


# ---- explain -----------------------------------------------------------------------------------

def test_explain(_c):
    out, err = rules("explain", "etc-written")
    assert not err, err
    assert rules("explain", "File below /etc written")[0] == out
    assert rules("explain", "file below /ETC written")[0] == out
    for label, what in (("rule", "File below /etc written"), ("id", "etc-written"),
                        ("priority", "Warning"), ("tags", "container"), ("state", "active"),
                        ("events", "open, openat, openat2, creat, open_by_handle_at, recvmsg, mmap")):
        assert re.search(rf"^{label} +{re.escape(what)}", out, flags=re.M), (label, out)
    assert "advice" in out and "condition" in out
    assert not re.search(r"[ (]open_write\b", out), "a macro is not expanded"
    assert "/etc" in out.split("\n\n")[1], "nothing about the kernel"
    assert all(len(line) <= 100 for line in out.split("\n\n")[0].splitlines()), out


def test_explain_own(_c):
    path = put("good.yaml", GOOD)
    out, _ = rules("explain", "cat-reads", "-r", path)
    assert "proc.name" in out.split("\n\n")[1], "the part at fault is not named"
    out, _ = rules("explain", "traced", "-r", path)
    assert re.search(r"^state +left out: .*kill", out, flags=re.M), out
    out, _ = rules("explain", "asleep", "-r", path)
    assert re.search(r"^state +off: enabled: false", out, flags=re.M), out


# ---- test --------------------------------------------------------------------------------------

CASES = """\
- test: the secret
  event: {evt.type: openat, fd.name: /srv/secret/key, evt.arg.flags: O_RDONLY}
  fires: [secret-opened]
- test: another file
  event: {evt.type: openat, fd.name: /srv/public, evt.arg.flags: O_RDONLY}
  silent: [secret-opened]
"""


def test_cases_pass(_c):
    path = put("good.yaml", GOOD)
    out, err = rules("test", "-r", path, put("cases.yaml", CASES))
    assert not err, err
    assert out.startswith("2 cases: 2 passed, 0 failed; 1 of "), out
    out, _ = rules("test", "--alone", "-r", path, put("cases.yaml", CASES))
    assert "; 1 of 2 active rules" in out, out


def test_cases_fail(_c):
    rules_file = put("good.yaml", GOOD)
    wrong = CASES.replace("silent", "fires")
    path = put("cases.yaml", wrong)
    out, err = rules("test", "-r", rules_file, path, code=1)
    assert out.startswith("2 cases: 1 passed, 1 failed"), out
    assert f"{path}:4:9: error: " in err and "secret-opened" in err, err


@suite.cases(("no expectation", "- test: x\n  event: {evt.type: openat}\n", ":1:3: error: "),
             ("unknown rule", CASES.replace("[secret-opened]", "[secret-open]"), ":3:11: error: "),
             ("unknown field", CASES.replace("fd.name", "fd.nmae"), ":2:29: error: "),
             ("not YAML", "- [\n", ": error: "), ("no list", "test: x\n", ":1:1: error: "),
             ("NUL", "- test: a\0\n", ":1:10: error: "))
def test_cases_malformed(_c, _label, text, wanted):
    path = put("cases.yaml", text)
    _, err = rules("test", "-r", put("good.yaml", GOOD), path, code=2)
    assert path + wanted in err or (path in err and wanted == ": error: " and wanted in err), err


@suite.cases(("an empty file", ""), ("an empty list", "[]\n"), ("an empty folder", None))
def test_no_cases(_c, _label, text):
    """Cases that were not found have not passed."""
    if text is None:
        path = clean.work_dir() + "/no-cases"
        os.mkdir(path)
    else:
        path = put("no-cases.yaml", text)
    out, err = rules("test", path, code=2)
    assert out.startswith("0 cases: ") and "there is no case" in err, (out, err)
    assert ("no *.yaml" in err) == (text is None), err


def test_shipped_cases(_c):
    top = os.path.realpath(os.path.join(os.path.dirname(__file__), "../data/rules/default"))
    out, err = rules("test", top)
    assert not err, err
    found = re.match(r"(\d+) cases: \1 passed, 0 failed; (\d+) of \2 active rules", out)
    assert found and int(found[1]) > 100, out


# ---- fields ------------------------------------------------------------------------------------

def test_fields(_c):
    out, err = rules("fields")
    assert not err and out == run("help", "fields").stdout.decode()
    shown = [json.loads(line) for line in rules("fields", "-o", "json")[0].splitlines()]
    names = {f["name"] for f in shown}
    assert len(names) == len(shown) and {"fd.name", "proc.aname", "rootwatch.procfs.path"} <= names
    types = {"string": str, "number": int, "bool": bool, "strings": str, "address": str}
    for field in shown:
        assert field["name"] in out and field["meaning"] in out, field
        assert isinstance(field["example"], types[field["type"]]), field
        assert field["events"], field
    aname = next(f for f in shown if f["name"] == "proc.aname")
    assert aname["argument"] == "optional index" and not aname["printed"], aname


def test_every_field_can_be_asked(_c):
    """What the list names, a rule can use: in a condition and in an output."""
    shown = [json.loads(line) for line in rules("fields", "-o", "json")[0].splitlines()]
    text = ""
    for number, field in enumerate(shown):
        if set(field["events"]) == {"lost"}:
            continue
        arg = {"index": "[1]", "key": "[x]", "verb": "[did|do]"}.get(field["argument"], "")
        text += (f"- rule: r{number}\n  desc: d\n  condition: {field['name']}{arg} exists\n"
                 f"  output: 'x %{field['name']}{arg}'\n  priority: DEBUG\n")
    out, err = rules("check", "--alone", put("all.yaml", text))
    assert "error" not in err, err


@suite.cases(("list", ["list"]), ("fields", ["fields"]), ("check", ["check"]),
             ("explain", ["explain", "etc-written"]))
def test_full_disk(_c, _label, words):
    with open("/dev/full", "wb") as full:
        done = run("rules", *words, stdout=full)
    assert done.returncode == 1 and done.stderr, done


if __name__ == "__main__":
    suite.main()
