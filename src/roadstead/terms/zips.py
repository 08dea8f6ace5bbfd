"""ZIP files that anybody may have handed in or spoilt."""

import zipfile
import zlib

BROKEN = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading one may raise that is damaged, protected, packed in a way nobody knows here, or no ZIP file at all."""
