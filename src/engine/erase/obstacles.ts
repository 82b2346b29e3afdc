/** What keeps a person from being erased, asked in a statement that is younger than the locks on his rows. */
import { againstErasure, type Obstacle } from '../../core/erase.ts'
import { MothballError } from '../../core/errors/index.ts'
import { subjectOf } from '../../core/family.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { heldBy } from '../../db/journal/erasure.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import { whyActiveSql, whyRules } from '../../sql/why.sql.ts'
import { isActive, type Person } from './person.ts'

/** The first is the one to tell: a hold goes before everything. */
export async function obstaclesTo(session: Session, policy: Policy, person: Person): Promise<readonly Obstacle[]> {
  const held = await heldBy(session, person.subject, person.key)
  const { shared } = person
  return [
    ...(held === null ? [] : [held]),
    ...(isActive(person) ? await activeObstacles(session, policy, person) : []),
    ...(shared.length === 0 ? [] : [{ kind: 'shared' as const, tables: shared }]),
    ...coldObstacles(person),
  ]
}

/** Rows that are to stay may not go with the files: a file is written again without him, never with other values. */
function coldObstacles({ redacting, sets }: Person): readonly Obstacle[] {
  const files = redacting === null ? [] : sets.filter(({ state }) => state === 'purged').map(({ manifest }) => manifest)
  return files.length === 0 ? [] : [{ kind: 'cold', files }]
}

async function activeObstacles(
  session: Session,
  policy: Policy,
  { family, key }: Person,
): Promise<readonly Obstacle[]> {
  if (policy.erasure.active === 'refuse') return [{ kind: 'active' }]
  const { now } = await session.one(nowSql)
  const judgement = { policy, family, moment: now, journal: true }
  const row = await session.maybe(whyActiveSql(judgement, keySetOfTexts([key], subjectOf(family).shape.key)))
  const holding = whyRules(judgement).filter((_name, index) => row !== null && row[`rule_${index}`] !== null)
  const rules = againstErasure(holding)
  return rules.length === 0 ? [] : [{ kind: 'kept', rules }]
}

export function requireNone([first]: readonly Obstacle[]): void {
  switch (first?.kind) {
    case undefined:
      return
    case 'held':
      throw new MothballError('erasure_held', {
        holds: first.holds
          .map(({ id, caseNumber }) => (caseNumber === null ? `hold ${id}` : `hold ${id}, case ${caseNumber}`))
          .join('; '),
      })
    case 'active':
      throw new MothballError('erasure_active')
    case 'kept':
      throw new MothballError('erasure_kept', { rules: first.rules.join(', ') })
    case 'cold':
      throw new MothballError('erasure_cold', { files: first.files.join(', ') })
    case 'shared':
      throw new MothballError('erasure_shared', { tables: first.tables.join(', ') })
  }
}
