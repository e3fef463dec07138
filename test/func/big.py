# SPDX-License-Identifier: BSD-3-Clause
"""Configurations that fill every table: devices that need nothing and carry nothing."""

VHIDS_PER_INTERFACE = 255


def big_config(vhids: int, **wrong) -> dict:
    """As many interfaces as @p vhids need; @p wrong is added to each vhid."""
    count = (vhids + VHIDS_PER_INTERFACE - 1) // VHIDS_PER_INTERFACE
    interfaces = [{'name': f'lan{i}', 'device': f'net_null{i},no-rx=1',
                   'addresses': [f'10.{i}.0.1/16']} for i in range(count)]
    entries = []
    for n in range(vhids):
        number, vhid = n // VHIDS_PER_INTERFACE, n % VHIDS_PER_INTERFACE + 1
        entries.append({'interface': f'lan{number}', 'vhid': vhid, 'pass': 'secret',
                        'addresses': [f'10.{number}.1.{vhid}/16'], **wrong})
    return {'workers': {'idle': 'sleep'}, 'interfaces': interfaces, 'vhids': entries}
