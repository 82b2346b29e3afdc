/**
 * An erasure in a process of its own that stands still when it reaches a point, until somebody kills it. Arguments:
 * database URL, key, point. Prints `here` when it stands.
 */
import { policyOf } from './call-center.ts'
import { eraseHim } from './person.ts'
import { standAt, standingEngine } from './standing.ts'

const [url = '', key = '', point = ''] = process.argv.slice(2)

const reached = standAt(point, 1)

const engine = standingEngine(url, reached)
await eraseHim({ engine, policy: policyOf({}) }, key)
