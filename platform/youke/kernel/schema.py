"""The base of everything that goes over the wire."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """A message of the API: unknown fields are refused, text is trimmed."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, from_attributes=True, frozen=True
    )
