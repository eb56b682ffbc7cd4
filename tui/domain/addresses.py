"""Where an internet address lies, from outside to inside: known before an address that others name is fetched."""

import ipaddress
from enum import IntEnum

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Zone(IntEnum):
    """Where an address lies, from outside to inside."""

    PUBLIC = 0
    PRIVATE = 1
    OWN_MACHINE = 2
    NOWHERE = 3
    """Link-local (cloud metadata services live there), multicast, reserved: never fetched from."""


def zone_of(address: Address) -> Zone:
    """Returns where `address` lies; an IPv4 address inside an IPv6 one counts as itself."""
    inner = _inner(address)
    if inner.is_loopback:
        return Zone.OWN_MACHINE
    if inner.is_link_local or inner.is_multicast or inner.is_unspecified or inner.is_reserved or _is_metadata(inner):
        return Zone.NOWHERE
    return Zone.PUBLIC if inner.is_global and _is_assigned(inner) else Zone.PRIVATE


def _inner(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def _is_metadata(address: Address) -> bool:
    """Whether a cloud tells its machines' secrets there, outside the link-local range (IANA: not for the internet)."""
    return any(address in network for network in _METADATA if network.version == address.version)


def _is_assigned(address: Address) -> bool:
    """Whether an IPv6 address is of the one block that public ones are taken from (RFC 4291, IANA)."""
    return isinstance(address, ipaddress.IPv4Address) or address in _GLOBAL_UNICAST


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32"))
)
"""IETF protocol assignments (Oracle), Alibaba, Azure, Amazon."""
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
