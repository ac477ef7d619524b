"""Static files under names that hold their content's hash, once they were collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # has no types


class CollectedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # as above
    """WhiteNoise's storage, but a file that was not collected keeps its plain name instead of failing the page.

    `seawall serve` collects before it starts, so that browsers keep files for ever; a test or a single command has
    collected nothing, and WhiteNoise's finders then serve the plain names from the packages.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The name with its hash, or the plain one."""
        hashed: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return name if hashed is None else hashed
