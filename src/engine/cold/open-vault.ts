/** The engine's place of cold files, for whoever needs it. */
import { MothballError } from '../../core/errors/index.ts'
import type { Engine } from '../ports.ts'
import type { ColdVault } from './vault.ts'

/** Throws `cold_missing` where the configuration names no place. */
export async function openVault({ vault }: Pick<Engine, 'vault'>): Promise<ColdVault> {
  if (vault === undefined) throw new MothballError('cold_missing')
  return vault()
}
