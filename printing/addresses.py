"""The lines of a postal address, in the order that the country of destination writes them.

Follows USPS Publication 28 and the UPU's S42 templates: at most six lines, the locality in capitals, and abroad the
country's English name in capitals, alone, last. Knows nothing of fonts or paper.
"""

from __future__ import annotations

from printing.countries import country_name
from printing.documents import Address, DocumentError

MOST_LINES = 6


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Where the postcode follows the town ("SEATTLE WA 98101"); everywhere else it leads ("1041 AA AMSTERDAM").
_POSTCODE_LAST = _codes(
    "AE AS AU BD BH BN CA CN EG GU HK ID IN IQ JM JO JP KE KH KR LB MP MV MY NG NP NZ OM PH PK PR PW QA SA SG TH TT "
    "TW US VI VN"
)
# Where the postcode stands on a line of its own below the town (Royal Mail, An Post and those who follow them).
_POSTCODE_BELOW = _codes("BM BR CO FK GB GG GI IE IM JE KY MT PN SH TC VG ZA")
# Where the post does without a region because the postcode says it.
_REGION_UNUSED = _codes(
    "AT BE BG CH CY CZ DE DK EE FI FO FR GL GR HR HU IS LI LT LU LV MC ME MK NL NO PL PT RS SE SI SK VA"
)


def address_lines(address: Address, *, sent_from: str) -> tuple[str, ...]:
    """At most six lines for `address`; the country stands last unless it is `sent_from` (ISO 3166-1 alpha-2).

    Raises DocumentError for a country code that does not exist.
    """
    people = [" ".join(part.split()) for part in (address.name, address.company) if part.strip()]
    street = [" ".join(part.split()) for part in address.street if part.strip()]
    locality = _locality(address)
    country = country_name(address.country)
    if country is None:
        raise DocumentError(f"expected an ISO country code, got {address.country!r}: correct the address")
    end = [] if address.country == sent_from else [country]
    while len(people) + len(street) + len(locality) + len(end) > MOST_LINES:
        if len(street) > 1:
            street[-2:] = [f"{street[-2]}, {street[-1]}"]
        elif len(locality) > 1:
            locality[-2:] = [f"{locality[-2]} {locality[-1]}"]
        else:
            people = [", ".join(people)]
    return (*people, *street, *locality, *end)


def _locality(address: Address) -> list[str]:
    city, region, postcode = (
        " ".join(part.split()).upper() for part in (address.city, address.region, address.postcode)
    )
    if region == city or address.country in _REGION_UNUSED:
        region = ""
    if address.country in _POSTCODE_LAST:
        return [_joined(city, region, postcode)]
    if address.country in _POSTCODE_BELOW:
        return [line for line in (_joined(city, region), postcode) if line]
    return [_joined(postcode, city, region)]


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
