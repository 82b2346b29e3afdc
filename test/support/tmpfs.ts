/** Small disks in memory, where this machine lets a test mount them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `options` as `mount -o` takes them. Throws where it cannot be done. */
export function mountTmpfs(folder: string, options: string): void {
  if (!mounts(folder, options)) throw new Error(`cannot mount a tmpfs on ${folder}`)
}

const mounts = (folder: string, options: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0

/** False on machines that keep mounting to themselves, such as most containers. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-mount-'))
  const isMounted = mounts(folder, 'size=64k')
  if (isMounted) spawnSync('umount', ['-l', folder])
  rmdirSync(folder)
  return isMounted
}
