/**
 * An erasure in a process of its own that stands still when it reaches a point, or comes to the n-th boundary of its
 * statements, until somebody kills it. Arguments: database URL, key, method, point or number. Prints `here` when it
 * stands; without that its end is the end of the erasure.
 */
import { openDatabase } from '../../src/db/open-database.ts'
import { policyOf } from './call-center.ts'
import { deidentifyHim, eraseHim } from './person.ts'
import { standAt, standingEngine, standStill } from './standing.ts'
import { stoppingDatabase } from './statement-boundaries.ts'

const [url = '', key = '', method = '', at = ''] = process.argv.slice(2)

const nth = Number(at)
const standing = standingEngine(url, standAt(at, 1))

let passed = 0
const database = stoppingDatabase(openDatabase({ url }), async () => {
  passed += 1
  if (passed === nth) await standStill()
})

const engine = Number.isNaN(nth) ? standing : { ...standing, database }
await (method === 'deidentify' ? deidentifyHim : eraseHim)({ engine, policy: policyOf({}) }, key)
await engine.database.close()
