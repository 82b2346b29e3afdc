/** The store of cold files, for whoever needs it to answer. */
import { MothballError } from '../core/errors/index.ts'
import type { ColdVault } from '../engine/cold/vault.ts'
import type { Service } from './environment.ts'

/** Throws `cold_missing` where the configuration names no place for cold files. */
export async function openVault({ vault }: Pick<Service, 'vault'>): Promise<ColdVault> {
  if (vault === null) throw new MothballError('cold_missing')
  return vault()
}
