/** The form of a place where a person's data may lie; `reach.ts` lists them all. */
import type { PlaceName } from '../../core/erase.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import type { RewrittenSet } from '../cold/rewrite.ts'
import type { Person } from './person.ts'

/** What a place works with; `batch`: a number that is the erasure's own. */
export type Erasing = Readonly<{ policy: Policy; run: number; batch: string; rewritten: readonly RewrittenSet[] }>

/** Rows of one object of a place. */
export type Count = Readonly<{ object: string; rows: number; columns?: readonly string[] }>

export type Place = Readonly<{
  name: PlaceName
  /** What there is of him. Writes nothing. */
  look(session: Session, person: Person): Promise<readonly Count[]>
  /** Destroys it within the erasure's transaction, children before parents; returns what went, object by object. */
  destroy(session: Session, person: Person, erasing: Erasing): Promise<readonly Count[]>
}>
