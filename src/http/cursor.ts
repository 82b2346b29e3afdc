/** Pages by keyset: a cursor is the number before which the next page begins, in a form that nobody is tempted to make. */
import { MothballError } from '../core/errors/index.ts'
import type { Page } from '../core/page.ts'

const DEFAULT_LIMIT = 50

export type PageQuery = Readonly<{ cursor?: string | undefined; limit?: number | undefined }>

export type PageOf<T> = Readonly<{ items: readonly T[]; next: string | null }>

/** Reads one more than is shown, to know whether there is a next page. Throws `cursor_invalid`. */
export async function readPage<T>(
  list: string,
  { cursor, limit = DEFAULT_LIMIT }: PageQuery,
  read: (page: Required<Page>) => Promise<readonly T[]>,
  numberOf: (item: T) => number,
): Promise<PageOf<T>> {
  const before = cursor === undefined ? null : beforeOf(list, cursor)
  const found = await read({ limit: limit + 1, before })
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: found.length > limit && last !== undefined ? cursorOf(list, numberOf(last)) : null }
}

const cursorOf = (list: string, number: number): string => Buffer.from(`${list}:${number}`).toString('base64url')

function beforeOf(list: string, cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString()
  const number = new RegExp(`^${list}:([1-9]\\d{0,14})$`).exec(text)?.[1]
  if (number === undefined || cursorOf(list, Number(number)) !== cursor) throw new MothballError('cursor_invalid')
  return Number(number)
}
