/**
 * The vault that the section `cold` of a configuration describes. Apart from the section's schema, which every command
 * reads: the S3 client alone would double the start of each.
 */
import { MothballError } from '../core/errors/index.ts'
import type { ColdVault } from '../engine/cold/vault.ts'
import { NO_BOUNDARY } from './boundary.ts'
import { directoryStore } from './directory.ts'
import { type ColdOptions, keysOf } from './options.ts'
import { s3Store } from './s3.ts'
import type { ColdStore } from './store.ts'
import { createVault } from './vault.ts'

/** Throws `cold_missing` where neither a folder nor a bucket is named. */
export function openVault({ directory, s3, encryption }: ColdOptions): ColdVault {
  return createVault({ store: storeOf(directory, s3), keys: keysOf(encryption), reached: NO_BOUNDARY })
}

function storeOf(directory: ColdOptions['directory'], s3: ColdOptions['s3']): ColdStore {
  if (directory !== undefined) return directoryStore(directory, NO_BOUNDARY)
  if (s3 !== undefined) return s3Store(s3, NO_BOUNDARY)
  throw new MothballError('cold_missing')
}
