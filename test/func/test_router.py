# SPDX-License-Identifier: BSD-3-Clause
"""What goes through a pair of routers whose addresses are virtual."""
import pytest

from routers import (LAN4, LAN6, Routers, drops, hops_of, loses_nothing, own_address,
                     server_address, tell)

pytestmark = pytest.mark.usefixtures('needs_koi')

families = pytest.mark.parametrize('family', [4, 6])


@pytest.fixture
def routers(lab) -> Routers:
    return Routers(lab).start()


def test_ways_through(routers):
    """The gateway is virtual; who tells of a packet's end says its own name."""
    for family in (4, 6):
        server = server_address(family)
        assert loses_nothing(routers.ping(server))
        assert loses_nothing(routers.ping(server, '-s', '1400'))
        told = tell(routers.client, 'traceroute', f'-{family}', '-n', '-q', '1', '-w', '3', server)
        assert hops_of(told) == [own_address('a', 'lan', family), server], told
        told = tell(routers.client, 'tracepath', f'-{family}', '-n', server)
        assert own_address('a', 'lan', family) in told, told
        assert 'pmtu 1500' in told and 'reached' in told, told
    gateway = routers.client.run('ip', 'neighbour', 'show', LAN4)
    assert '00:00:5e:00:01:01' in gateway
    assert routers.client.neighbour6(LAN6) == '00:00:5e:00:01:01'
