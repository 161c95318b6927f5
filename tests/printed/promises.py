"""Which decorations are promised in which layouts, alone and together; some texts not even a person can read."""

from collections.abc import Callable, Collection, Mapping, Sequence

from hypothesis import strategies as st

from tests.printed.odd_labels import ODD_LABELS

# A decoration (ANY_LABEL: every kind of odd label) with a form, a trait or another decoration, and why not.
LeftOut = Mapping[tuple[str, str], str]
ANY_LABEL = "odd label"


def why_not(left_out: LeftOut, decoration: str, about: Collection[str], others: Sequence[str] = ()) -> str | None:
    """Return why a decoration is not promised in a layout with these traits and together with others, None if it is."""
    is_label = decoration in ODD_LABELS
    kinds = {decoration, ANY_LABEL} if is_label else {decoration}
    beside = {*others, *([ANY_LABEL] if any(other in ODD_LABELS for other in others) else [])}
    if is_label and ANY_LABEL in beside:
        return "one kind of odd label is enough"
    for (kind, where), reason in left_out.items():
        if (kind in kinds and where in {*about, *beside}) or (where in kinds and kind in beside):
            return reason
    return None


@st.composite
def doses(draw: st.DrawFn, decorations: Sequence[str], why: Callable[[str, Sequence[str]], str | None]) -> list[str]:
    """Draw up to five decorations that are promised together, given `why` one is not beside those chosen before."""
    chosen: list[str] = []
    for decoration in draw(st.lists(st.sampled_from(decorations), max_size=5, unique=True)):
        if why(decoration, chosen) is None:
            chosen.append(decoration)
    return chosen
