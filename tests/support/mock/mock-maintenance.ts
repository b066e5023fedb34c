/** Copies and repair of a workspace in the page's memory. */
import type { BackupView } from '../../../src/bridge/maintenance-contract.ts';
import type { BridgeClient } from '../../../src/bridge/client.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';

const MEGABYTE = 1_000_000;

function backup(kind: BackupView['kind'], at: string, bytes: number): BackupView {
  const name = `workspace-v4-${at.replaceAll(/[:.]/g, '-')}-${kind}.sqlite`;
  return { name, kind, schema: 4, at, bytes, restorable: kind !== 'damaged' && kind !== 'checkpoints' };
}

export function mockMaintenance(): Pick<BridgeClient, 'doctor' | 'backups'> {
  const backups = [
    backup('daily', '2026-03-04T08:12:00.000Z', 41.3 * MEGABYTE),
    backup('daily', '2026-03-03T09:01:00.000Z', 39.8 * MEGABYTE),
    backup('migration', '2026-02-27T17:40:00.000Z', 31.2 * MEGABYTE),
    backup('damaged', '2026-02-20T11:30:00.000Z', 28.9 * MEGABYTE),
    backup('checkpoints', '2026-02-20T11:31:00.000Z', 12.4 * MEGABYTE),
  ];
  const make = (kind: BackupView['kind']): BackupView => {
    const made = backup(kind, new Date().toISOString(), 41.4 * MEGABYTE);
    backups.unshift(made);
    return made;
  };
  return {
    doctor: {
      repair: async () => ({
        backup: make('repair').name,
        done: ['The students of run r-long were counted again.'],
        problems: [],
        restart: false,
      }),
    },
    backups: {
      list: async () => [...backups],
      make: async () => make('asked'),
      restore: async ({ name }) => {
        if (backups.some((one) => one.name === name && one.restorable)) return;
        throw new WorkbenchError('usage.invalid', `"${name}" is no backup of this workspace.`, { field: 'backup' });
      },
      remove: async ({ name }) => {
        const place = backups.findIndex((one) => one.name === name);
        if (place >= 0) backups.splice(place, 1);
      },
    },
  };
}
