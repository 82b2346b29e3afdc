/**
 * What stands for entries of the audit log that were pruned: which, how many, the hash of the last one, and a signature
 * (Ed25519) over all of it. Checkpoints are a chain of their own, and the log goes on where the last one ends. Whoever
 * has the database and not the key cannot make one. Pure.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { type ChainHead, GENESIS } from './chain.ts'

/** What is signed. Hashes are 64 hex digits, `prunedAt` the exact text of an instant in UTC. */
export type CheckpointDraft = Readonly<{
  first: number
  last: number
  entries: number
  /** What the first one followed. */
  previous: string
  /** Hash of the last one. */
  head: string
  prunedAt: string
  prunedBy: string
  reason: string
  keyId: string
}>

/** `signature` in base64. */
export type Checkpoint = CheckpointDraft & Readonly<{ id: number; signature: string }>

/** Public keys by their ids. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>

export type SigningKey = Readonly<{ id: string; key: KeyObject }>

export type CheckpointFault = Readonly<{
  /** Number of the checkpoint. */
  id: number
  /**
   * `checkpoint_unlinked`: it does not begin where the one before it ends. `checkpoint_forged`: it does not say what
   * was signed. `key_unknown`: the key under which it was signed is not known here, so that nothing is proven.
   */
  kind: 'checkpoint_unlinked' | 'checkpoint_forged' | 'key_unknown'
}>

/** A list of texts has one form only as JSON; the word before it keeps a signature from standing for anything else. */
const signedBytes = (of: CheckpointDraft): Buffer =>
  Buffer.from(
    JSON.stringify([
      'mothball audit checkpoint 1',
      of.first,
      of.last,
      of.entries,
      of.previous,
      of.head,
      of.prunedAt,
      of.prunedBy,
      of.reason,
      of.keyId,
    ]),
  )

/** Ed25519 takes no digest beside its own. */
export const signatureOf = (draft: CheckpointDraft, { key }: SigningKey): string =>
  sign(null, signedBytes(draft), key).toString('base64')

/** The end of what was pruned: where the log's first entry has to follow. */
export const endOf = (checkpoint: Checkpoint | undefined): ChainHead =>
  checkpoint === undefined ? GENESIS : { id: checkpoint.last, hash: checkpoint.head }

/** What is wrong with a checkpoint as the follower of `before`. `keys` null: signatures are not looked at. */
export function checkpointFault(
  before: Checkpoint | undefined,
  checkpoint: Checkpoint,
  keys: TrustedKeys | null,
): CheckpointFault | null {
  const { id, first, last, entries, previous } = checkpoint
  const end = endOf(before)
  if (first !== end.id + 1 || previous !== end.hash || entries !== last - first + 1 || entries < 1)
    return { id, kind: 'checkpoint_unlinked' }
  if (keys === null) return null
  const key = keys.get(checkpoint.keyId)
  if (key === undefined) return { id, kind: 'key_unknown' }
  const isSigned = verify(null, signedBytes(checkpoint), key, Buffer.from(checkpoint.signature, 'base64'))
  return isSigned ? null : { id, kind: 'checkpoint_forged' }
}

/** Null where the text is no private key of Ed25519 in PEM. */
export function privateKeyOf(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : null
  } catch {
    return null
  }
}

/** Null where the text is no public key of Ed25519 in PEM. A private one stands for its public half. */
export function publicKeyOf(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : null
  } catch {
    return null
  }
}
