"""Makes the secrets of compose.yaml, each once: `python3 deploy/make_secrets.py`. Standard library only.

The folder is closed (mode 700), so that on the server only its owner gets in. The files are readable, because each
process reads its own from inside its container under an account of its own. What is there already stays as it is.
"""

import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"


def keep(name: str, value: str) -> str:
    """The secret of this name, made now if there is none."""
    file = FOLDER / name
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(value + "\n", encoding="ascii")
        file.chmod(0o444)
        print(f"made  {name}")
    return file.read_text(encoding="ascii").strip()


def main() -> int:
    """0; the e-mail password and the certificate are the operator's to bring."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    FOLDER.chmod(0o700)
    keep("secret_key", secrets.token_urlsafe(64))
    keep("personal_data_keys", secrets.token_urlsafe(48))
    keep("database_superuser", secrets.token_urlsafe(32))
    owner, web = (keep(f"database_{who}", secrets.token_urlsafe(32)) for who in ("owner", "web"))
    keep("database_owner_url", f"postgres://sinergi_owner:{owner}@database:5432/sinergi")
    keep("database_url", f"postgres://sinergi_web:{web}@database:5432/sinergi")
    broker = keep("broker_password", secrets.token_urlsafe(32))
    keep("redis_url", f"redis://:{broker}@broker:6379/0")
    settings = ["bind * -::*", f"requirepass {broker}", 'save ""', "appendonly no", "maxmemory 512mb"]
    keep("broker_settings", "\n".join([*settings, "maxmemory-policy noeviction"]))
    missing = [name for name in ("email_password", "tls.crt", "tls.key") if not (FOLDER / name).exists()]
    if missing:
        print(f"Bring yourself, into {FOLDER} with mode 444: {', '.join(missing)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
