/** The memory behind Idempotency-Key: one request is worked on, and whoever repeats it gets the same answer. */
import { MothballError } from '../core/errors/index.ts'
import {
  answeredRequestSql,
  claimRequestSql,
  dropAnswersSql,
  forgetRequestSql,
  type IdempotentRequest,
  keepAnswerSql,
} from '../sql/journal/idempotency.sql.ts'
import type { Engine } from './ports.ts'

export type { IdempotentRequest } from '../sql/journal/idempotency.sql.ts'

export type Answer = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: string }>

/**
 * Null: the request is the first, and `keepAnswer` or `forgetRequest` has to follow. Throws `idempotency_mismatch`
 * where the first one asked for something else, `idempotency_busy` while it is being worked on.
 */
export async function claimRequest({ database }: Engine, request: IdempotentRequest): Promise<Answer | null> {
  return database.transaction({}, async (session) => {
    if ((await session.maybe(claimRequestSql(request))) !== null) return null
    const { fingerprint, status, headers, body } = await session.one(answeredRequestSql(request.key, request.name))
    if (fingerprint !== request.fingerprint) throw new MothballError('idempotency_mismatch')
    if (status === null) throw new MothballError('idempotency_busy')
    return { status: Number(status), headers: headersOf(headers), body: body ?? '' }
  })
}

export async function keepAnswer({ database }: Engine, request: IdempotentRequest, answer: Answer): Promise<void> {
  await database.execute(keepAnswerSql(request, { ...answer, headers: JSON.stringify(answer.headers) }))
}

export async function forgetRequest({ database }: Engine, request: IdempotentRequest): Promise<void> {
  await database.execute(forgetRequestSql(request))
}

/** Drops answers that are a day old and given to nobody any more, up to 10,000. Returns how many went. */
export const dropOldAnswers = async ({ database }: Pick<Engine, 'database'>): Promise<number> =>
  Number((await database.one(dropAnswersSql)).dropped)

function headersOf(json: string | null): Readonly<Record<string, string>> {
  const parsed: unknown = JSON.parse(json ?? '{}')
  if (parsed === null || typeof parsed !== 'object') return {}
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]))
}
