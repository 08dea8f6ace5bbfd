"""`roadstead why`: from a figure of a run's playbook back to the rows and documents it rests on."""

from pathlib import Path
from typing import Literal

from roadstead.cli.printing import print_blocks, print_json


def why(run: Path, key: str = "", /, *, language: Literal["en", "zh"] = "en", json: bool = False) -> None:
    """Walk from a figure of a run's playbook back through the computation to the rows it rests on.

    Parameters
    ----------
    run
        Run folder.
    key
        Key of the figure; all keys of the playbook are listed where none is named.
    language
        en or zh.
    json
        Print JSON, in both languages.
    """
    from roadstead.cli.progress import Watch
    from roadstead.report.words import Words
    from roadstead.showing.trails import as_json, blocks
    from roadstead.study.foresight import why as asked

    with Watch() as watched:
        found = asked(run, key, progress=watched)
    if json:
        print_json(as_json(found, Words("en", found.currency), Words("zh", found.currency)))
    else:
        print_blocks(blocks(found, Words(language, found.currency)))
