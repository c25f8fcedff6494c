"""What every object of a turn is made as."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that does not change once it is made, and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
