/**
 * Heads of the audit log, a file for each, in a folder of their own or beside the cold files, never written over: where
 * others than the owner of the database keep them, nobody cuts the log's end off unseen.
 */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { NotedHead, PublishedHead } from '../core/audit.ts'
import { MothballError } from '../core/errors/index.ts'
import type { ColdVault } from '../engine/cold/vault.ts'

const headSchema = z.object({
  version: z.literal(1),
  entry: z.number().int().min(1),
  head: z.string().regex(/^[0-9a-f]{64}$/),
})

/** Of a head that somebody asked to be noted: in the order of the entries, as far as a listing sorts names. */
export const headName = ({ entry }: NotedHead): string => `audit-head-${String(entry).padStart(12, '0')}.json`

/** Of the head that a service notes by itself: a day (UTC) has one, whoever comes first. */
export const dayName = ({ at }: PublishedHead): string => `audit-head-${at.slice(0, 'yyyy-mm-dd'.length)}.json`

const HEAD_NAME = /^audit-head-(\d+|\d{4}-\d\d-\d\d)\.json$/

const headText = (head: PublishedHead): string => `${JSON.stringify({ version: 1, ...head })}\n`

export type HeadsPlace = Readonly<{
  /** False where a file of that name is there already. Throws `audit_head_unwritten`, or what the store says. */
  note(name: string, head: PublishedHead): Promise<boolean>
}>

export const headsFolder = (folder: string): HeadsPlace => ({
  note: async (name, head) => {
    try {
      await mkdir(folder, { recursive: true })
      return await writeOnce(join(folder, name), headText(head))
    } catch (error) {
      throw new MothballError('audit_head_unwritten', { file: name, problem: codeOf(error) }, { cause: error })
    }
  },
})

async function writeOnce(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') return null
    throw error
  })
  if (file === null) return false
  try {
    await file.writeFile(text)
    await file.sync()
    return true
  } catch (error) {
    // Half a head would take the name, and be no head to whoever reads it.
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
}

/** Beside the cold files. */
const headsInVault = (openVault: () => Promise<ColdVault>, below: string | null): HeadsPlace => ({
  note: async (name, head) => {
    const vault = await openVault()
    const path = ['audit-heads', ...(below === null ? [] : [below]), name].join('/')
    const isThere = async () => (await vault.list()).includes(path)
    if (await isThere()) return false
    await using desk = await vault.open()
    try {
      await desk.keepText(path, headText(head))
      return true
    } catch (error) {
      // Another process was quicker; in any other case the store's own word is the one to tell.
      if (await isThere().catch(() => false)) return false
      throw error
    }
  },
})

/** In the folder, or without one beside the cold files; null where the configuration has no place for either. */
export function headsPlaceOf(
  heads: string | undefined,
  openVault: (() => Promise<ColdVault>) | undefined,
  below: string | null,
): HeadsPlace | null {
  if (heads !== undefined) return headsFolder(folderIn(heads, below))
  return openVault === undefined ? null : headsInVault(openVault, below)
}

/** `below`: a folder of this database's own, where several have heads; their entries have the same numbers. */
export const folderIn = (heads: string, below: string | null): string => (below === null ? heads : join(heads, below))

/** Throws `audit_head_unreadable` for a folder or a file that is none: what is not read proves nothing. */
export async function readHeads(folder: string): Promise<readonly NotedHead[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, 'the folder cannot be listed', error)
  })
  return Promise.all(names.filter((name) => HEAD_NAME.test(name)).map((name) => readHead(folder, name)))
}

async function readHead(folder: string, name: string): Promise<NotedHead> {
  try {
    return headSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
  } catch (error) {
    throw unreadable(name, 'it is no head', error)
  }
}

const unreadable = (file: string, problem: string, cause: unknown): MothballError =>
  new MothballError('audit_head_unreadable', { file, problem }, { cause })

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'an unknown error'
