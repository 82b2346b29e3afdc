/**
 * A family that was looked at before need not be looked at again while its tables' shapes are the same: their
 * fingerprints take a millisecond, the whole catalog thirty. For verbs that only read, and are asked often.
 */
import { isMoved } from '../../core/family.ts'
import type { Policy } from '../../core/policy.ts'
import { shapeOf } from '../../core/table.ts'
import type { Database, Session } from '../../db/database.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { inspect, type SoundInspection } from '../inspect.ts'
import { hasArchive, requireFamily } from '../subject.ts'

type Known = Readonly<{ inspection: SoundInspection; oids: readonly string[]; fingerprints: string }>

const known = new WeakMap<Database, WeakMap<Policy, Known>>()

/** To be called in a snapshot with a pinned search path. Throws as `requireFamily` does. */
export async function knownFamily(database: Database, session: Session, policy: Policy): Promise<SoundInspection> {
  const before = known.get(database)?.get(policy)
  if (before !== undefined && (await fingerprintsOf(session, before.oids)) === before.fingerprints)
    return before.inspection
  const inspection = requireFamily(policy, await inspect(session, policy))
  const oids = wholeFamily(policy, inspection)
  if (oids === null) return inspection
  const ofDatabase = known.get(database) ?? new WeakMap<Policy, Known>()
  known.set(database, ofDatabase.set(policy, { inspection, oids, fingerprints: await fingerprintsOf(session, oids) }))
  return inspection
}

/** Null where a table that comes into being would change the family, for it changes no fingerprint. */
function wholeFamily(
  policy: Policy,
  { family, catalog, journal, warnings }: SoundInspection,
): readonly string[] | null {
  const isWhole =
    journal &&
    !policy.discover &&
    !warnings.some(({ code }) => code === 'relation_left_out') &&
    family.tables.every((each) => !isMoved(each) || hasArchive(catalog, each))
  if (!isWhole) return null
  return family.tables.flatMap((each) => [each.shape.oid, shapeOf(catalog, each.archive)?.oid ?? []].flat())
}
