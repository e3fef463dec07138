# SPDX-License-Identifier: BSD-3-Clause
"""What koi sends, as tcpdump reads it."""
import subprocess

import pytest

from pcap import write_pcap
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')


def test_tcpdump_decodes(lab):
    koi = lab.koi('k', '10.0.0.11').configure(vhid=7, advbase=0, advskew=26)
    capture = koi.capture(only_carp=True)
    koi.start()
    wait_for('advertisements', lambda: len(capture.frames()) >= 5, 3)
    frames = capture.frames()[2:5]
    path = lab.folder / 'adverts.pcap'
    write_pcap(path, [f.data for f in frames])
    text = subprocess.run(['tcpdump', '-nn', '-vv', '-T', 'carp', '-r', str(path)],
                          capture_output=True, text=True, timeout=10).stdout
    assert text.count('10.0.0.11 > 224.0.0.18: CARPv2-advertise 36: vhid=7 advbase=0 '
                      'advskew=26 authlen=7 ') == len(frames), text
    assert text.count('proto carp (112)') + text.count('proto VRRP (112)') == len(frames), text
    assert text.count('ttl 255') == len(frames)
    assert 'bad' not in text.lower()
    assert 'incorrect' not in text
