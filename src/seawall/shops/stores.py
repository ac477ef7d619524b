"""Which of the stores a seller let us into is the shop that was asked for. Pure."""

from collections.abc import Mapping, Sequence

from seawall.kernel.errors import Refused
from seawall.kernel.markets import Market

Store = Mapping[str, str]


def fitting_store(stores: Sequence[Store], *, country: str, market: Market, known_seller_id: str) -> Store:
    """The one store of this market, and the known one where the shop was connected before.

    `country` is the grant's own, for stores that name none (Lazada says `cb` for several countries). A store whose
    country nobody names is taken only where it is the only one it can be: the known one, or the one that was given.
    Raises Refused(consent_no_store, consent_other_store, consent_other_country, consent_several_stores).
    """
    usable = [store for store in stores if store.get("seller_id")]
    if not usable:
        raise Refused("consent_no_store")
    if known_seller_id:
        usable = [store for store in usable if store["seller_id"] == known_seller_id]
        if not usable:
            raise Refused("consent_other_store", stores=listed(stores), known=known_seller_id)
    wanted = market.value.lower()
    fitting = [store for store in usable if country_of(store, country) in (wanted, "")]
    if not fitting:
        raise Refused("consent_other_country", stores=listed(usable), market=market.value)
    named = [store for store in fitting if country_of(store, country)]
    if len(named) == 1:
        return named[0]
    if len(fitting) > 1:
        raise Refused("consent_several_stores", stores=listed(fitting), market=market.value)
    return fitting[0]


def country_of(store: Store, country: str) -> str:
    """Two small letters, or empty where neither store nor grant names one country."""
    found = (store.get("country") or country).strip().lower()
    return found if found in {market.value.lower() for market in Market} else ("?" if store.get("country") else "")


def listed(stores: Sequence[Store]) -> str:
    """The stores as a person compares them: country and id."""
    return ", ".join(
        f"{store.get('country', '').upper() or '–'} {store['seller_id']}" for store in stores if store.get("seller_id")
    )
