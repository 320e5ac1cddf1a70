"""Words of ``claim_tests.toml``: tables that refuse unknown keys, and what-ifs.

A *what-if* is a world that differs from the one of the evidence in some quantities and years,
by *moves*; it shares all luck with it, so that the two differ only where the moves act.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ..model.errors import InputError, near
from ..model.names import LATEST_HORIZON, START_YEAR
from ..model.quantities import resolve

Year = Annotated[int, Field(ge=START_YEAR, le=LATEST_HORIZON)]


class Words(BaseModel):
    """A table of the vocabulary: a key that is none of its words is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_words(cls, fields: Any) -> Any:
        words = [field.alias or name for name, field in cls.model_fields.items()]
        for word in fields if isinstance(fields, dict) else ():
            if word not in words:
                meant = near(word, words)
                raise PydanticCustomError(
                    "unknown_word",
                    "unknown word {word}; allowed: {words}{meant}",
                    {
                        "word": repr(word), "words": ", ".join(words),
                        "meant": f"; did you mean {' or '.join(meant)}?" if meant else "",
                    },
                )  # fmt: skip
        return fields


class Move(Words):
    """What a what-if changes: a quantity, in some years, in one of three ways.

    Attributes
    ----------
    quantity : str
        Address, as in a scenario: ``trade.china``; of all entries below it, if it is shorter.
    years : (int, int)
        First and last year, in each of which it is changed.
    value, factor, add : float or None
        What it is set to, multiplied by, or raised by.
    """

    quantity: str
    years: tuple[Year, Year]
    value: float | None = None
    factor: float | None = None
    add: float | None = None

    @model_validator(mode="after")
    def _fits(self) -> Move:
        if self.years[0] > self.years[1]:
            raise wrong("the first year is after the last")
        if sum(one is not None for one in (self.value, self.factor, self.add)) != 1:
            raise wrong("a move has either a 'value', a 'factor' or something to 'add'")
        try:
            resolve(self.quantity)
        except InputError as error:
            meant = f"; did you mean {' or '.join(error.nearest)}?" if error.nearest else ""
            raise wrong(f"no quantity {self.quantity!r}{meant}") from error
        return self

    @property
    def entries(self) -> tuple[str, ...]:
        """Full addresses that it changes."""
        return tuple(full for full, _, _ in resolve(self.quantity))

    def on(self, value: Any) -> Any:
        """What it makes of a value."""
        if self.value is not None:
            return value * 0.0 + self.value
        return value * self.factor if self.factor is not None else value + self.add


def wrong(message: str) -> PydanticCustomError:
    """Error of a table that does not fit together."""
    return PydanticCustomError("wrong_test", "{message}", {"message": message})
