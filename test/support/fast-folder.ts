/** Where the servers of the tests keep their data: in memory, where there is room, since every test makes a database. */
import { mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SHARED_MEMORY = '/dev/shm'

/**
 * A new folder with room for so many bytes. In a file system in memory what a server that is killed has written stays
 * with the operating system just as on a disk, and nobody waits for a disk that other tests keep busy.
 */
export const fastFolder = (name: string, bytes: number): string =>
  mkdtempSync(join(hasRoom(bytes) ? SHARED_MEMORY : tmpdir(), name))

function hasRoom(bytes: number): boolean {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY)
    return bavail * bsize > bytes
  } catch {
    return false
  }
}
