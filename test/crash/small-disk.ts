/**
 * A disk that can be full: a small tmpfs with a tablespace or the server's WAL on it, where this machine lets the test
 * mount one. However this process ends, it is unmounted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asAdmin } from '../support/server.ts'
import { mountTmpfs } from '../support/tmpfs.ts'
import type { CrashServer } from './crash-server.ts'
import type { Disk } from './stage.ts'

/** The database has about 12 MB at the start, and grows while agents work. */
const SIZE = '48m'
const TABLESPACE = 'small_disk'

export type SmallDisk = MountedDisk & Readonly<{ take(database: string): Promise<void> }>

/** The server must be gone, or have no database there any more, before `unmount`. */
export async function mountSmallDisk({ account }: CrashServer): Promise<SmallDisk> {
  const disk = mountDisk(account, SIZE)
  await asAdmin((query) => query(`create tablespace ${TABLESPACE} location '${disk.folder}'`))
  return {
    ...disk,
    take: (database) =>
      asAdmin(async (query) => void (await query(`alter database ${database} set tablespace ${TABLESPACE}`))),
  }
}

export type MountedDisk = Disk & Readonly<{ folder: string; unmount(): Promise<void> }>

/** A disk of the server's account, for whatever it keeps there. */
export function mountDisk(account: CrashServer['account'], size: string): MountedDisk {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-disk-'))
  const guard = spawn('/bin/sh', ['-c', 'trap "" INT TERM HUP; cat; umount -l "$0"; rmdir "$0"', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  const gone = once(guard, 'exit')
  const owner = account === null ? '' : `,uid=${account.uid},gid=${account.gid}`
  mountTmpfs(folder, `size=${size},mode=700${owner}`)
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: async () => fillUp(ballast),
    free: async () => rmSync(ballast, { force: true }),
    unmount: async () => {
      guard.ref()
      guard.stdin.end()
      await gone
    },
  }
}

/** Writes until nothing more is taken, to the last page. */
function fillUp(file: string): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let bytes = 2 ** 20; bytes >= 1; bytes = bytes === 1 ? 0 : bytes / 2 ** 10) while (writes(descriptor, bytes));
  } finally {
    closeSync(descriptor)
  }
}

function writes(descriptor: number, bytes: number): boolean {
  try {
    return writeSync(descriptor, Buffer.alloc(bytes)) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}
