"""./run and ./test install what is missing and never remove anything.

tools/install.sh runs against a package list, a dpkg-query and an apt-get of the
test's own, which write down how they were called.
"""
import os
import shutil
import subprocess

import pytest

from conftest import ROOT

LIST = """\
# section, package, why
build  alpha  one
build  beta   two
test   gamma  three
"""
DPKG = """#!/bin/sh
for p in $INSTALLED; do echo "ii $p"; done
for p in $CONFIGURED_ONLY; do echo "rc $p"; done
"""
APT = """#!/bin/sh
echo "apt-get $*" >>"$CALLS"
case "$*" in
*-s*) [ -z "$REMOVES" ] || echo "Remv $REMOVES [1.0]"; echo "Inst alpha" ;;
*install*) exit ${INSTALL_EXIT:-0} ;;
esac
"""
SUDO = """#!/bin/sh
echo "sudo" >>"$CALLS"
exec "$@"
"""
ID = """#!/bin/sh
echo "${USER_ID:-0}"
"""


@pytest.fixture
def machine(tmp_path):
    """Runs packages_install; what was called is in .calls."""
    bin_ = tmp_path / "bin"
    tools = tmp_path / "tools"
    bin_.mkdir()
    tools.mkdir()
    shutil.copy(ROOT / "tools" / "install.sh", tools)
    (tools / "packages").write_text(LIST)
    for name in ("sh", "awk", "sed", "grep", "cat", "env"):
        (bin_ / name).symlink_to(shutil.which(name))
    calls = tmp_path / "calls"

    def install(*sections, have=("dpkg-query", "apt-get", "id"), **env):
        calls.write_text("")
        bodies = {"dpkg-query": DPKG, "apt-get": APT, "sudo": SUDO, "id": ID}
        for name, body in bodies.items():
            file = bin_ / name
            file.unlink(missing_ok=True)
            if name in have:
                file.write_text(body)
                file.chmod(0o755)
        done = subprocess.run(
            ["sh", "-euc", '. tools/install.sh; packages_install "$@"', "sh",
             *sections],
            cwd=tmp_path, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": str(bin_), "CALLS": str(calls), "REMOVES": "",
                 "INSTALLED": "", "CONFIGURED_ONLY": "", **env})
        done.calls = calls.read_text().splitlines()
        return done

    return install


def test_nothing_missing_calls_nothing(machine):
    done = machine("build", INSTALLED="alpha beta")
    assert (done.returncode, done.calls, done.stderr) == (0, [], "")


def test_only_what_is_missing_each_by_name(machine):
    done = machine("build", "test", INSTALLED="beta alphabet")
    assert done.returncode == 0
    assert done.calls == [
        "apt-get update -qq",
        "apt-get install -s -y --no-install-recommends alpha gamma",
        "apt-get install -y -qq --no-install-recommends --no-remove"
        " alpha gamma",
    ]


def test_a_package_whose_files_are_gone_is_missing(machine):
    done = machine("build", INSTALLED="beta", CONFIGURED_ONLY="alpha")
    assert done.calls[-1].endswith(" alpha")


def test_a_user_installs_by_sudo(machine):
    done = machine("build", INSTALLED="beta", USER_ID="1000",
                   have=("dpkg-query", "apt-get", "id", "sudo"))
    assert done.returncode == 0
    assert done.calls[:2] == ["sudo", "apt-get update -qq"]
    # Looking at what would be done needs no root.
    assert done.calls[2:] == [
        "apt-get install -s -y --no-install-recommends alpha", "sudo",
        "apt-get install -y -qq --no-install-recommends --no-remove alpha"]


@pytest.mark.parametrize("have, env, said", [
    (("dpkg-query", "id"), {}, "There is no apt-get here."),
    (("id",), {}, "This is not Debian"),
    (("dpkg-query", "apt-get", "id"), {"USER_ID": "1000"},
     "there is no sudo here"),
    (("dpkg-query", "apt-get", "id"), {"INSTALL_EXIT": "100"},
     "apt-get install failed"),
])
def test_what_to_install_by_hand_is_said(machine, have, env, said):
    done = machine("build", "test", have=have, **env)
    assert done.returncode == 3
    assert said in done.stderr
    assert "  apt-get install --no-install-recommends alpha beta gamma\n" \
        in done.stderr


def test_what_would_have_to_go_is_said_and_nothing_is_touched(machine):
    done = machine("build", INSTALLED="beta", REMOVES="libold-dev")
    assert done.returncode == 3
    assert "apt-get would have to remove: libold-dev" in done.stderr
    assert not [c for c in done.calls if "--no-remove" in c]


def test_every_listed_package_is_in_its_section():
    sections = set()
    names = []
    for line in (ROOT / "tools" / "packages").read_text().splitlines():
        if line and not line.startswith("#"):
            section, name, why = line.split(None, 2)
            sections.add(section)
            names.append((section, name))
            assert why
    assert sections == {"build", "test", "bench"}
    assert len(names) == len(set(names))
    assert os.access(ROOT / "run", os.X_OK)
    assert os.access(ROOT / "test", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
