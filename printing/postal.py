"""A postal address as a record: what has to be in it, not how any country writes it. Cheap to import."""

from __future__ import annotations

from msgspec import Struct

from printing.refusals import DocumentError


class Address(Struct, frozen=True, kw_only=True):
    """A postal address; `country` is an ISO 3166-1 alpha-2 code, `latin` the same address in Latin letters."""

    country: str
    name: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""
    latin: Address | None = None

    def __post_init__(self) -> None:
        if not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise DocumentError(
                f"expected a two-letter country code such as DE, got {self.country!r}: correct the address of "
                f"{self.name or self.company or 'somebody without a name'}"
            )
        if not (self.name.strip() or self.company.strip()):
            raise DocumentError("an address needs a name or a company: complete the address")
        # Singapore has no town, Hong Kong no postcode, and Macau neither: there a street is enough.
        if not any(part.strip() for part in (self.city, self.postcode, self.region, *self.street)):
            whose = self.name or self.company
            raise DocumentError(
                f"an address needs a city or a postcode, or a street where there is neither: complete that of {whose}"
            )
