"""Makes `.venv` on a machine that has Python 3.11 or newer and nothing else.

Standard library only, and no syntax that Python 3.6 cannot read: it must be able to say that it is too old.
The second call costs nothing: the environment remembers which lock it was made from.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed-lock.json")
LOCKS = {"demo": "requirements.txt", "test": "requirements-dev.txt"}
OLDEST = (3, 11)
PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0"]
"""Debian's names of what WeasyPrint draws text with."""
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
CHECKER = os.path.join(VENV, "nu", "vnu.jar")
CHECKER_PACKAGE = "vnu-jar@26.9.27"
CHECKER_HASH = "22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47"
"""The Nu HTML checker (MIT): 32 MB of Java, so kept in the environment and not in the tree."""
PROBE = "import sys; print('%d %d' % sys.version_info[:2])"


def stop(sentence):
    """End with a sentence for a person."""
    sys.exit("\n" + sentence)


def version_of(python):
    """(3, 11) for a Python that runs, else None."""
    try:
        done = subprocess.run([python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    return (int(words[0]), int(words[1])) if done.returncode == 0 and len(words) == 2 else None


def candidates():
    """Pythons that may be new enough, the one that runs this first."""
    names = [sys.executable] + [f"python3.{minor}" for minor in (13, 12, 11, 14)] + ["python3"]
    outside = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if not in_venv(folder)]
    found = []
    for name in names:
        path = shutil.which(name, path=os.pathsep.join(outside))
        if path and not in_venv(path) and path not in found:
            found.append(path)
    return found


def in_venv(path):
    """Whether this is the environment that we may be about to replace."""
    return os.path.abspath(path).startswith(VENV + os.sep)


def may_install_packages():
    """Whether we are root on a Debian-like system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages):
    """True when Debian's packages are installed afterwards."""
    print("Installing with apt-get: " + " ".join(packages), flush=True)
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = {"env": env, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    if subprocess.call(["apt-get", "update", "-qq"], **quiet) != 0:
        return False
    return (
        subprocess.call(["apt-get", "install", "-y", "-qq", "--no-install-recommends"] + list(packages), **quiet) == 0
    )


def can_make_environments(python):
    """Debian ships Python without `ensurepip` until python3-venv is installed."""
    return subprocess.call([python, "-c", "import venv, ensurepip"], stderr=subprocess.DEVNULL) == 0


def find_python(kind):
    """A Python that is new enough and can make environments."""
    enough = [path for path in candidates() if (version_of(path) or (0, 0)) >= OLDEST]
    if not enough:
        have = "{}.{}".format(*sys.version_info[:2])
        stop(
            f"Sinergi needs Python 3.11 or newer; this is {have} and no newer one is on the PATH. "
            "Install one (Debian 12, Ubuntu 24.04: apt-get install python3 python3-venv), or name it: "
            "make demo PYTHON=/path/to/python3"
        )
    able = [path for path in enough if can_make_environments(path)]
    if not able and shutil.which("uv"):
        return enough[0]
    if not able and kind == "test" and may_install_packages() and apt_install("python3-venv"):
        able = [path for path in enough if can_make_environments(path)]
    if not able:
        minor = version_of(enough[0])[1]
        stop(
            f"{enough[0]} cannot make an environment: its modules venv and ensurepip are missing. "
            f"Debian, Ubuntu: apt-get install python3-venv (or python3.{minor}-venv)."
        )
    return able[0]


def lock_hash(kind):
    """What the environment must have been made from."""
    with open(os.path.join(ROOT, LOCKS[kind]), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def installed():
    """{kind: hash} as remembered by the environment; empty when it is missing, half made or broken."""
    try:
        with open(STAMP) as file:
            remembered = json.load(file)
    except (OSError, ValueError):
        return {}
    return remembered if (version_of(PYTHON) or (0, 0)) >= OLDEST else {}


def make_environment(kind):
    """A new, empty `.venv`."""
    python = find_python(kind)
    shutil.rmtree(VENV, ignore_errors=True)
    print(f"Making the environment .venv with {python}", flush=True)
    uv = shutil.which("uv")
    command = [uv, "venv", "--quiet", "--seed", "--python", python, VENV] if uv else [python, "-m", "venv", VENV]
    if subprocess.call(command) != 0:
        stop(f"The environment .venv could not be made; the lines above say why. Is {ROOT} writable?")


def install(kind):
    """Install the lock, every file checked against its hash."""
    lock = os.path.join(ROOT, LOCKS[kind])
    print(f"Installing the packages of {LOCKS[kind]} (once, about a minute)", flush=True)
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock]
        if subprocess.call(command) == 0:
            return
        print("uv could not install them; trying pip", flush=True)
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-input"]
    if os.geteuid() == 0:
        command.append("--root-user-action=ignore")
    if subprocess.call(command + ["--require-hashes", "-r", lock]) != 0:
        stop(
            "The packages could not be installed; the lines above say why. Without a direct way to the "
            "internet, tell pip about your mirror (PIP_INDEX_URL) or proxy (HTTPS_PROXY) and start again."
        )


def prepare(kind):
    """`.venv` holds exactly what this kind of work needs."""
    began = time.time()
    have = installed()
    if have.get(kind) == lock_hash(kind):
        return
    usable = (version_of(PYTHON) or (0, 0)) >= OLDEST
    if usable:
        usable = (
            shutil.which("uv")
            or subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            == 0
        )
    if not usable:
        make_environment(kind)
    install(kind)
    prepare_papers(kind)
    kinds = ["demo", "test"] if kind == "test" else ["demo"]  # the second lock includes the first
    with open(STAMP, "w") as file:
        json.dump({each: lock_hash(each) for each in kinds}, file)
    print(f"Environment ready after {time.time() - began:.0f} s", flush=True)


def find_browser():
    """The path of a Chromium, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def prepare_browser():
    """The journeys run in a real Chromium; without one they are skipped, with this sentence as the reason."""
    if find_browser():
        return
    if may_install_packages() and apt_install("chromium", "fonts-dejavu-core") and find_browser():
        return
    print(
        "Chromium is missing, so the browser tests will be skipped. Install it (Debian: "
        "sudo apt-get install chromium; macOS: brew install --cask chromium) and run make test again.",
        flush=True,
    )


def has_scanner():
    """Whether ClamAV's daemon is installed; the tests run it with one signature of their own."""
    return shutil.which("clamd", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin") is not None


def prepare_scanner():
    """Uploads are scanned by a real ClamAV (24 MB); without it those tests are skipped, with this as the reason."""
    if has_scanner() or (may_install_packages() and apt_install("clamav-daemon") and has_scanner()):
        return
    print(
        "clamd is missing, so the tests with a real malware scanner will be skipped. Install it (Debian: "
        "sudo apt-get install clamav-daemon; macOS: brew install clamav).",
        flush=True,
    )


def has_checker():
    """Whether the HTML checker is there, whole."""
    try:
        with open(CHECKER, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest() == CHECKER_HASH
    except OSError:
        return False


def fetch_checker():
    """The HTML checker from its npm package, taken over only when it has the expected checksum."""
    folder = os.path.dirname(CHECKER)
    os.makedirs(folder, exist_ok=True)
    command = ["npm", "pack", CHECKER_PACKAGE, "--ignore-scripts", "--silent", "--pack-destination", folder]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    name = done.stdout.decode().strip()
    if done.returncode != 0 or not name:
        return
    package = os.path.join(folder, os.path.basename(name))
    with tarfile.open(package) as archive, open(CHECKER, "wb") as file:
        shutil.copyfileobj(archive.extractfile("package/build/dist/vnu.jar"), file)
    os.remove(package)
    if not has_checker():
        os.remove(CHECKER)


def prepare_checker():
    """Pages are checked as HTML where there is Java; without it those tests are skipped, with this as the reason."""
    if not has_checker() and shutil.which("java") and shutil.which("npm"):
        print("Fetching the HTML checker (once, 30 MB)", flush=True)
        fetch_checker()
    if has_checker() and shutil.which("java"):
        return
    print(
        "The HTML checker is missing, so that test will be skipped. It needs Java 17 or newer and, to fetch it, "
        "npm (Debian: sudo apt-get install default-jre-headless npm).",
        flush=True,
    )


def has_pango():
    """Whether the system has what papers (PDF) are drawn with; asked in the environment's own Python."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([PYTHON, "-c", "import weasyprint"], **quiet) == 0


def prepare_papers(kind):
    """Papers need Pango. Without it the portal runs all the same and offers print views instead of PDFs."""
    if has_pango():
        return
    if kind == "test" and may_install_packages() and apt_install(*PANGO) and has_pango():
        return
    print(
        "Pango is missing, so papers are offered as print views and the tests of PDFs skipped. Install it "
        "(Debian: sudo apt-get install " + " ".join(PANGO) + "; macOS: brew install pango).",
        flush=True,
    )


def remove_everything():
    """Back to a fresh clone: environment, sample data, caches."""
    try:
        with open(os.path.join(ROOT, "var", "data-folder")) as file:
            outside = file.read().strip()
    except OSError:
        outside = ""
    if any(is_locked(folder) for folder in (os.path.join(ROOT, "var"), outside) if folder):
        stop("The demo is running on this data. Stop it first (Ctrl-C in its window).")
    doomed = [
        ".venv",
        "var",
        "staticfiles",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        ".import_linter_cache",
    ]
    doomed = [os.path.join(ROOT, name) for name in doomed + ["test-results", "htmlcov"]]
    if os.path.basename(outside).startswith("sinergi-"):
        doomed.append(outside)
    for folder, folders, _files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in {".git", ".venv", "var"}]
        doomed += [os.path.join(folder, name) for name in folders if name == "__pycache__"]
    for path in doomed:
        if os.path.isdir(path):
            shutil.rmtree(path)
            print("removed " + os.path.relpath(path, ROOT) if path.startswith(ROOT) else "removed " + path)


def is_locked(home):
    """Whether a launcher holds the lock of a data folder below `home`."""
    for name in os.listdir(home) if os.path.isdir(home) else []:
        path = os.path.join(home, name, "lock")
        if name.startswith("pg") and os.path.exists(path):
            with open(path) as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return True
    return False


def main(arguments):
    """demo: runtime packages; test: those for tests and checks, and a browser; clean: remove all of it."""
    if arguments == ["clean"]:
        return remove_everything()
    if not arguments or arguments[0] not in LOCKS or arguments[1:] not in ([], ["--browser"]):
        stop("usage: python3 tools/bootstrap.py demo | test [--browser] | clean")
    if os.name != "posix":
        stop("Sinergi's own servers run on Linux and macOS. On Windows use WSL.")
    descriptor = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # two windows, one environment: the second waits
    prepare(arguments[0])
    if "--browser" in arguments:
        prepare_browser()
        prepare_checker()
        prepare_scanner()


if __name__ == "__main__":
    main(sys.argv[1:])
