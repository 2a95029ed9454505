"""Served files carry a hash of their content in their names, also where one script loads another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

LOADED_LATER = (r"""(?P<matched>import\(["'](?P<url>\./[^"']+)["']\))""", """import("%(url)s")""")


class HashedFiles(CompressedManifestStaticFilesStorage):
    """A script that names another by its plain name would get last year's from the browser's cache.

    Only the portal's own scripts are read: others name files that are not there.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (LOADED_LATER,)))
