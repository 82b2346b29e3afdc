/** A disk of 64 KB that is full, where this machine lets a test mount one. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export type TinyDisk = Readonly<{ folder: string; remount: (options: string) => void }>

const mount = (options: string, folder: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])

/** With so many bytes on it; `remount` takes what `mount` does, such as `ro`. It is gone after the test. */
export function tinyDisk(t: TestContext, taken: number): TinyDisk {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-tiny-'))
  if (mount('size=64k', folder).status !== 0) throw new Error(`cannot mount a tmpfs on ${folder}`)
  t.after(() => {
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(taken))
  return { folder, remount: (options) => void mount(`remount,${options}`, folder) }
}
