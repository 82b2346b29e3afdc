/**
 * The folder of a desk: rows of customers in plain text, for its owner's eyes only, for as long as it is open. What a
 * process that was killed has left behind is removed by the next one on the same machine.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Containers may share a folder, and number their processes each by itself: the host's name tells them apart. */
const PREFIX = `mothball-cold-${hostname().replaceAll(/[^A-Za-z0-9.-]/g, '_')}-`

/** To the end, for the name of a host may go on with a number: `worker` beside `worker-2`. */
const OF_PROCESS = /^(\d+)-[^-]+$/

/** A container that starts again numbers its process as before: what goes by our number need not be ours. */
const opened = new Set<string>()

/** Throws what the file system said, where there is no room for it. */
export async function openDeskFolder(): Promise<string> {
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  opened.add(basename(folder))
  return folder
}

/** What cannot be listed or removed, as another user's, is his affair. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const owner = name.startsWith(PREFIX) ? OF_PROCESS.exec(name.slice(PREFIX.length))?.[1] : undefined
    if (owner === undefined || opened.has(name) || isAnothers(Number(owner))) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isAnothers(processId: number): boolean {
  if (processId === process.pid) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // EPERM: there is one, and it is another user's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
