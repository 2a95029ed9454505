"""Where things may live and under which system account, on machines of every kind."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from portal.stack import StackError

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("SINERGI_VAR") or ROOT / "var").absolute()
"""Everything a first look leaves behind; never committed."""
SOCKET_PATH_MAX = 100
"""The kernel allows 107 bytes (macOS 103) for the path of a socket."""
_SHARED = [Path("/var/lib"), Path("/var/tmp")]  # noqa: S108 - a folder of our own is made inside, mode 700


@dataclass(frozen=True)
class Account:
    """A system account that a server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def spawn(self) -> dict:
        """Arguments for subprocess that switch to this account; none when we are this account already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hand one file or folder to this account."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def server_account(data: Path | None = None) -> Account:
    """Who the database runs as: ourselves; for root, who PostgreSQL refuses, `postgres` or `nobody`.

    An existing data folder decides for root: its owner must be the one who opens it.
    """
    uid = os.geteuid()
    if uid != 0:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise StackError(
                f"You run as user number {uid}, which has no name on this machine (usual in containers), and "
                "PostgreSQL does not start for such a user. Set DATABASE_URL to a running PostgreSQL, "
                f"or give the user a name: echo 'sinergi:x:{uid}:{os.getegid()}::/tmp:/bin/sh' >> /etc/passwd"
            ) from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    if data is not None and data.exists() and (owner := data.stat().st_uid):
        try:
            entry = pwd.getpwuid(owner)
        except KeyError:
            raise StackError(
                f"{data} belongs to user number {owner}, which has no name on this machine. "
                f"Give it to another: chown -R nobody {data}"
            ) from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "You are root, whom PostgreSQL refuses, and there is no account `postgres` or `nobody` to run it as. "
        "Run as an ordinary user, or: useradd --system postgres"
    )


def output_as(account: Account, command: list[str]) -> str | None:
    """What the command prints when this account runs it; None when it cannot run it at all."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=20,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            **account.spawn,
        )
    except OSError as error:
        if account.spawn and isinstance(error, PermissionError) and not _may_switch():
            raise StackError(
                "You are root, whom PostgreSQL refuses, and this container does not let root become somebody "
                "else. Run as an ordinary user, or set DATABASE_URL to a PostgreSQL that is running."
            ) from error
        return None
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _may_switch() -> bool:
    try:
        subprocess.run(["/bin/sh", "-c", ":"], user=65534, group=65534, extra_groups=[], cwd="/", check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may enter this folder. Asked by trying: modes, ACLs and mounts all have a say."""
    return output_as(account, ["/bin/sh", "-c", 'cd "$1" && echo yes', "sh", str(path)]) == "yes"


def make_var(var: Path = VAR) -> Path:
    """The folder, writable."""
    try:
        var.mkdir(mode=0o755, parents=True, exist_ok=True)
        owner = var.stat().st_uid
        if os.geteuid() == 0 and owner:
            raise StackError(
                f"{var} belongs to user {_name_of(owner)}, who has started the demo here. Start as that user "
                "or remove the folder to begin anew."
            )
        probe = var / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StackError(
            f"Cannot write to {var} ({error.strerror}). If an earlier start ran as root, remove the folder "
            'as root, or make it yours: chown -R "$USER" var'
        ) from error
    return var


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def data_home(account: Account, var: Path = VAR) -> Path:
    """The folder for the database: `var`, or outside where the account may not enter the checkout."""
    make_var(var)
    if not account.spawn or reachable(var, account):
        return var
    name = f"sinergi-{short_hash(var)}"
    for parent in _SHARED:
        home = parent / name
        try:
            private_folder(home, account)
        except OSError:
            continue
        (var / "data-folder").write_text(f"{home}\n", encoding="utf-8")
        return home
    raise StackError(
        f"{var} lies below a folder that only root may enter, and neither /var/lib nor /var/tmp can be "
        "written. Clone the project to a folder that everybody may enter (/srv, say), or set DATABASE_URL."
    )


def private_folder(path: Path, account: Account) -> Path:
    """A folder of mode 700 that belongs to the account; refuses one that somebody else has put there."""
    try:
        path.mkdir(mode=0o700)
        account.own(path)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise StackError(f"{path} is in the way: it belongs to somebody else. Remove it.") from None
        path.chmod(0o700)
        account.own(path)
    return path


def socket_folder(preferred: Path, account: Account, longest_name: str) -> Path:
    """`preferred`, or a private folder for temporary files where its path would be too long for a socket."""
    if fits(preferred / longest_name):
        return private_folder(preferred, account)
    name = f"sinergi-{account.uid}-{short_hash(preferred)}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - mode 700 inside
        if fits(parent / name / longest_name) and os.access(parent, os.W_OK):
            return private_folder(parent / name, account)
    raise StackError(
        f"{preferred} is too long a path for a socket, and no folder for temporary files can be written. "
        "Set SINERGI_VAR to a short folder of yours."
    )


def fits(path: Path) -> bool:
    """Whether the kernel takes this path for a socket."""
    return len(os.fsencode(path)) <= SOCKET_PATH_MAX


def remove_socket_folder(folder: Path, owner: Path) -> None:
    """Tidy up a temporary folder; one inside `owner` stays with it."""
    if not folder.is_relative_to(owner):
        shutil.rmtree(folder, ignore_errors=True)


def short_hash(path: Path) -> str:
    """Ten characters that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
