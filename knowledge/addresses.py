"""Which addresses lie out on the internet, however they are written."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_INSIDE = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Where Azure and Oracle tell machines about themselves: not private by their numbers alone."""


def is_public(address: Address) -> bool:
    """Whether an address is one that everybody reaches: no private network, machine or metadata.

    An IPv6 address that stands for an IPv4 one is judged by that.
    """
    inner = _embedded(address)
    if inner is not None:
        return is_public(inner)
    inside = any(address in network for network in _INSIDE)
    return address.is_global and not address.is_multicast and not inside


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
