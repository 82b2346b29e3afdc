/**
 * The place at which cold files are made and proven is a folder for temporary files. When that is full it is no fault of
 * the store, and is told as what it is.
 */
import { tmpdir } from 'node:os'
import { MothballError } from '../core/errors/index.ts'
import type { ColdDesk } from '../engine/cold/vault.ts'
import { codeOf } from './store.ts'

const FULL = ['ENOSPC', 'EDQUOT', 'EROFS']
/** DuckDB gives its errors no code. */
const FULL_WORDS = /No space left on device|Disk quota exceeded|Read-only file system/

/** Of a write to our own file: its disk is full, or may not be written. */
export const isDeskFull = (error: unknown): boolean =>
  FULL.includes(codeOf(error)) || (error instanceof Error && FULL_WORDS.test(error.message))

/** Anything else stays what it is. */
const deskError = (error: unknown): unknown =>
  error instanceof MothballError || !isDeskFull(error)
    ? error
    : new MothballError('cold_desk_failed', { folder: tmpdir(), problem: problemOf(error) }, { cause: error })

const problemOf = (error: unknown): string =>
  FULL.includes(codeOf(error)) ? codeOf(error) : 'its disk is full, or may not be written'

/** Work that writes to the desk. Throws `cold_desk_failed`, or what the work throws. */
export async function onDesk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw deskError(error)
  }
}

/** The same desk, which says so itself where it is full. */
export const tellingDesk = (desk: ColdDesk): ColdDesk => ({
  intake: () => onDesk(() => desk.intake()),
  write: (...words) => onDesk(() => desk.write(...words)),
  prove: (...words) => onDesk(() => desk.prove(...words)),
  keepText: (...words) => onDesk(() => desk.keepText(...words)),
  fetchText: (...words) => onDesk(() => desk.fetchText(...words)),
  fetch: (...words) => onDesk(() => desk.fetch(...words)),
  rewrite: (...words) => onDesk(() => desk.rewrite(...words)),
  [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
})
