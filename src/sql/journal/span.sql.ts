/**
 * How long something took by the server's clock, which may be set while it does: never less than nothing, and never more
 * than the public log's integer holds (24 days). A run could not be closed otherwise, and no later one begin.
 */
import { raw, type Sql, sql } from '../tag.ts'

const MOST_MS = raw(String(2 ** 31 - 1))

/** Whole milliseconds as an integer; none where an end is null. */
export const spanMs = (from: Sql, to: Sql): Sql =>
  sql`least(${MOST_MS}, greatest(0, round(extract(epoch from ${to} - ${from}) * 1000)))::integer`
