/** A disk of 64 KB that is full, where this machine lets a test mount one. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { mountTmpfs } from './tmpfs.ts'

export type TinyDisk = Readonly<{ folder: string; remount: (options: string) => void }>

/** With so many bytes on it; `remount` takes what `mount` does, such as `ro`. It is gone after the test. */
export function tinyDisk(t: TestContext, taken: number): TinyDisk {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-tiny-'))
  mountTmpfs(folder, 'size=64k')
  t.after(() => {
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(taken))
  return { folder, remount: (options) => mountTmpfs(folder, `remount,${options}`) }
}
