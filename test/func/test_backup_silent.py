# SPDX-License-Identifier: BSD-3-Clause
"""A node that is not master does not answer for the virtual address, whatever MAC is asked."""
import pytest

from advert import virtual_mac
from frames import BROADCAST, Frame, arp_request, echo_request
from master import FakeMaster

pytestmark = pytest.mark.usefixtures('needs_koi')


def ask_for_virtual(client, koi, virtual: str) -> None:
    """ARP and echo requests to every MAC, then one for koi's own address as a fence."""
    for number, mac in enumerate((BROADCAST, virtual_mac(1), koi.mac)):
        client.send(arp_request(client.mac, client.address, virtual, destination=mac),
                    echo_request(mac, client.mac, client.address, virtual, 77, number))

    def is_fence(frame: Frame) -> bool:
        return frame.arp is not None and frame.arp.sender == koi.address
    client.ask(arp_request(client.mac, client.address, koi.address), is_fence)


def assert_silent(capture, virtual: str) -> None:
    assert not capture.answers(virtual)
    assert not [f for f in capture.frames() if f.source == virtual_mac(1)]
    assert not [f for f in capture.frames() if f.arp and f.arp.sender == virtual]


def test_backup(lab):
    koi = lab.koi('k', '10.0.0.11').configure(advskew=100)
    client = lab.client()
    peer = FakeMaster(lab.client('m', '10.0.0.12'))
    capture = koi.capture()
    koi.start()
    koi.wait_state('BACKUP')
    ask_for_virtual(client, koi, lab.virtual)
    assert_silent(capture, lab.virtual)
    assert koi.state == 'BACKUP'

    # the same questions are answered once it is master: they would have been heard
    peer.stop()
    koi.wait_state('MASTER')
    ask_for_virtual(client, koi, lab.virtual)
    answers = capture.answers(lab.virtual)
    assert len([f for f in answers if f.arp]) == 3
    assert len([f for f in answers if f.echo]) == 2    # not to a broadcast


def test_administratively_down(lab):
    koi = lab.koi('k', '10.0.0.11').configure()
    koi.config['vhids'][0]['state'] = 'down'
    client = lab.client()
    capture = koi.capture()
    koi.start()
    assert koi.state == 'INIT'
    ask_for_virtual(client, koi, lab.virtual)
    assert_silent(capture, lab.virtual)
