/**
 * Names of the indexes that Mothball makes: the same for the same table and columns, at most 63 bytes, and never one
 * that PostgreSQL or a person would choose, so that `if not exists` cannot mistake another index for ours.
 */
import { createHash } from 'node:crypto'
import { MAX_NAME_BYTES, qualifiedText, type TableName } from './names.ts'

const PREFIX = 'mothball_'
const HASH_DIGITS = 6

/** `what` is the columns, or the form of an expression such as `phone(mobile)`. */
export function indexName(table: TableName, what: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([qualifiedText(table), what]))
    .digest('hex')
    .slice(0, HASH_DIGITS)
  const room = MAX_NAME_BYTES - PREFIX.length - HASH_DIGITS - 1
  return `${PREFIX}${cutToBytes([table.table, ...what].join('_').replaceAll(/[^\p{L}\p{N}_]+/gu, '_'), room)}_${hash}`
}

/** The beginning of a text, whole characters only, in at most so many bytes of UTF-8. */
export function cutToBytes(text: string, bytes: number): string {
  const encoder = new TextEncoder()
  let cut = ''
  let length = 0
  for (const character of text) {
    length += encoder.encode(character).length
    if (length > bytes) break
    cut += character
  }
  return cut
}
