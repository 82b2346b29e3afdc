/**
 * Locks the subjects of a batch. As a rule all of them can be had, and their keys are those that were asked for; only
 * where some are missing, or where children refer to another column than the key, does the server tell them again.
 */
import { subjectOf } from '../../core/family.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { knownColumns, lockSubjectsSql } from '../../sql/lock.sql.ts'
import { type OrderedKeys, orderedKeysOf } from '../../sql/ordered-keys.sql.ts'

/** Those of `keys` that are still old, not quarantined and held by nobody else. */
export async function lockSubjects(session: Session, judgement: Judgement, keys: OrderedKeys): Promise<OrderedKeys> {
  const { family } = judgement
  const subject = subjectOf(family)
  const known = knownColumns(family, subject)
  if (known.length === subject.shape.key.length) {
    const { count } = await session.one(lockSubjectsSql(judgement, keys, false))
    if (Number(count) === keys.count) return keys
    if (Number(count) === 0) return { ...keys, count: 0, arrays: {} }
  }
  // Our own locks are no obstacle to us: asked once more, the same rows come back, and whatever became free meanwhile.
  return orderedKeysOf(await session.one(lockSubjectsSql(judgement, keys, true)), known)
}
