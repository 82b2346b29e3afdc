/**
 * Where cold files lie: a folder or a bucket. What `put` has resolved for is durable, and no `put` ever replaces a
 * file. A bucket that does not take our keys is `cold_store_refused`, whatever it is asked. One contract suite holds
 * for every store (`test/contract/cold-store.suite.ts`).
 */
import { MothballError } from '../core/errors/index.ts'

export interface ColdStore {
  readonly name: string
  /** Throws `cold_store_failed`, also where the path is taken. */
  put(path: string, localFile: string): Promise<void>
  /** Throws `cold_file_missing`, or `cold_store_failed`. */
  get(path: string, localFile: string): Promise<void>
  list(): Promise<readonly string[]>
  /** Once it has resolved the file is gone for good; one that is not there is gone. Throws `cold_store_failed`. */
  remove(path: string): Promise<void>
}

/** Throws `cold_store_failed` for a path that would lead out of the store, or to no file. */
export function requirePath(store: string, path: string): void {
  const isSound =
    path !== '' && !path.includes('\\') && path.split('/').every((part) => !['', '.', '..'].includes(part))
  if (!isSound || path.includes('\0')) throw failed(store, 'the path leads out of it')
}

export const failed = (store: string, problem: string, cause?: unknown): MothballError =>
  new MothballError('cold_store_failed', { store, problem }, { cause })

export const missing = (file: string): MothballError => new MothballError('cold_file_missing', { file })

/** The code of a system error, such as ENOSPC: its text may name what nobody should read. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'an unknown error'
