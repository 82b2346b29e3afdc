/** Where files of a test lie that are flushed again and again. */
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const SHARED_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 2 ** 30

/**
 * A file system in memory where there is room: what a crashed server has written stays with the operating system there
 * too, and a recovery need not wait for a disk that other tests keep busy.
 */
export function fastFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY)
    return bavail * bsize > ENOUGH_BYTES ? SHARED_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}
