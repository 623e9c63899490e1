"""Birds, flying or on the ground."""

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.fauna import Coat
from diptych.plugin.demo.scenes.lighting import lay, shadow
from diptych.plugin.demo.scenes.pens import Pen, darker, mixed
from diptych.plugin.demo.textures import Array


def draw_bird(pen: Pen, coat: Coat, action: str, dice: Dice) -> None:
    """A bird of these facts, flying above the pen's origin or standing on it."""
    is_flying = action == "flying"
    lift = -dice.uniform(0.9, 1.3) if is_flying else -0.42
    shadow(pen, 0, 0.02, 0.5, 0.1, opacity=0.2 if is_flying else 0.45)
    sheet = pen.apart()
    bird = sheet.at(0, lift, 1.0, turn=-0.15 if is_flying else 0.1)
    if is_flying:
        _wing(bird, coat.far, dice.uniform(0.7, 0.95), -0.12)
    else:
        for x in (-0.04, 0.08):
            sheet.line((222, 150, 60), [(x, lift), (x, -0.02), (x + 0.12, -0.01)], 0.035)
    head = (0.36, 0.16) if action == "eating" else (0.3, -0.24)
    _plumage(bird, coat, head, eats=action == "eating")
    if is_flying:
        _wing(bird, mixed(coat.main, coat.dark, 0.35), dice.uniform(0.75, 1.0), 0.12)
    else:
        wing = [(0.16, -0.1), (-0.02, -0.16), (-0.44, 0.1), (-0.1, 0.14), (0.12, 0.08)]
        bird.blob(mixed(coat.main, coat.dark, 0.5), wing)
    lay(pen, sheet, ink=darker(coat.dark, 0.25))
    if action == "eating":
        for x in dice.uniform(0.3, 0.8, 6).tolist():
            pen.oval((196, 150, 70), x, 0.0, 0.025, 0.018)


def _plumage(bird: Pen, coat: Coat, head: tuple[float, float], *, eats: bool) -> None:
    for y in (0.0, 0.07, 0.14):
        bird.tube(darker(coat.main, 0.1 + y), [(-0.3, 0.06), (-0.84, y)], (0.14, 0.07))
    bird.tube(coat.main, [(-0.36, 0.04), (0.0, 0.04), (0.22, -0.02)], (0.18, 0.46, 0.36))
    bird.tube(coat.main, [(0.16, -0.02), head], (0.32, 0.3))
    bird.oval(coat.pale, 0.1, 0.12, 0.22, 0.12)
    face = bird.at(*head, 1.0, turn=0.9 if eats else 0.0)
    face.oval(coat.main, 0, 0, 0.19, 0.18)
    face.fill((240, 160, 50), [(0.14, -0.07), (0.44, 0.02), (0.14, 0.08)])
    face.line((150, 90, 30), [(0.15, 0.01), (0.4, 0.02)], 0.015)
    face.oval((255, 255, 255), 0.08, -0.04, 0.055, 0.055)
    face.oval((14, 14, 18), 0.09, -0.04, 0.036, 0.036)


def _wing(bird: Pen, tone: Array, span: float, lean: float) -> None:
    """A raised wing with long feathers at its end."""
    tip = (-0.3 + lean, -span)
    bird.blob(
        tone, [(0.16, 0.02), (0.1 + lean, -span * 0.6), tip, (-0.34, -span * 0.4), (-0.24, 0.04)]
    )
    for step in (0.0, 0.12, 0.24):
        x, y = tip[0] - step * 0.3, tip[1] + step * 1.6
        bird.tube(tone, [(-0.14 + lean / 2, -span * 0.4), (x - 0.1, y)], (0.16, 0.05))
