/**
 * Heads of the audit log in a folder of their own, a file for each, never written over: where others than the owner of
 * the database keep it, nobody cuts the log's end off unseen.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { NotedHead, PublishedHead } from '../core/audit.ts'
import { MothballError } from '../core/errors/index.ts'

const headSchema = z.object({
  version: z.literal(1),
  entry: z.number().int().min(1),
  head: z.string().regex(/^[0-9a-f]{64}$/),
})

/** In the order of the entries, as far as a listing sorts names. */
export const headName = ({ entry }: NotedHead): string => `audit-head-${String(entry).padStart(12, '0')}.json`

export const headText = (head: PublishedHead): string => `${JSON.stringify({ version: 1, ...head })}\n`

/** False where it is there already. */
export async function writeHead(folder: string, head: PublishedHead): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  try {
    await writeFile(join(folder, headName(head)), headText(head), { flag: 'wx', flush: true })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Throws `audit_head_unreadable` for a folder or a file that is none: what is not read proves nothing. */
export async function readHeads(folder: string): Promise<readonly NotedHead[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, 'the folder cannot be listed', error)
  })
  return Promise.all(names.filter((name) => /^audit-head-\d+\.json$/.test(name)).map((name) => readHead(folder, name)))
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
