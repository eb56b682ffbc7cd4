"""Where an address lies: every spelling of an inner address is the inner address (S31)."""

import ipaddress

import pytest

from tui.domain.addresses import Zone, zone_of


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ("93.184.216.34", Zone.PUBLIC),
        ("2606:2800:220:1::1", Zone.PUBLIC),
        ("10.1.2.3", Zone.PRIVATE),
        ("100.64.0.1", Zone.PRIVATE),
        ("fd00::1", Zone.PRIVATE),
        ("127.0.0.1", Zone.OWN_MACHINE),
        ("::1", Zone.OWN_MACHINE),
        ("::ffff:127.0.0.1", Zone.OWN_MACHINE),
        ("169.254.169.254", Zone.NOWHERE),
        ("::ffff:169.254.169.254", Zone.NOWHERE),
        ("192.0.0.192", Zone.NOWHERE),
        ("100.100.100.200", Zone.NOWHERE),
        ("168.63.129.16", Zone.NOWHERE),
        ("fd00:ec2::254", Zone.NOWHERE),
        ("64:ff9b::a9fe:a9fe", Zone.NOWHERE),
        ("2002:a9fe:a9fe::", Zone.NOWHERE),
        ("fe80::1", Zone.NOWHERE),
        ("0.0.0.0", Zone.NOWHERE),
        ("224.0.0.1", Zone.NOWHERE),
        ("255.255.255.255", Zone.NOWHERE),
        ("ff02::1", Zone.NOWHERE),
        ("::", Zone.NOWHERE),
        ("::127.0.0.1", Zone.NOWHERE),
        ("192.0.2.1", Zone.PRIVATE),
        ("fec0::1", Zone.PRIVATE),
        ("2001:db8::1", Zone.PRIVATE),
        ("64:ff9b:1::a00:1", Zone.NOWHERE),
    ],
)
def test_every_spelling_of_an_address_has_its_zone(address: str, zone: Zone) -> None:
    assert zone_of(ipaddress.ip_address(address)) is zone
