"""The files of scenes' pictures."""

from dataclasses import dataclass
from pathlib import Path

from diptych.plugin.demo.scenes.painting import draw_scene
from diptych.plugin.demo.scenes.subjects import Scene

#: Raised with every change to what a collection of the same size and seed contains.
VERSION = 1
IMAGES = f"images/v{VERSION}"
_JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True)
class ScenePicture:
    """A picture to be drawn: `path` is relative to the collection's folder."""

    path: str
    scene: Scene
    seed: int

    def save(self, folder: Path) -> None:
        """Draw it at 224 px."""
        picture = draw_scene(self.scene, seed=self.seed)
        picture.save(folder / self.path, "JPEG", quality=_JPEG_QUALITY)
