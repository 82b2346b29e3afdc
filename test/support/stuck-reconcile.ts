/**
 * A reconciliation in a process of its own that stands still at the n-th time it reaches a point, until somebody kills
 * it. Arguments: database URL, point, how often. Prints `here` when it stands.
 */
import { reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { policyOf } from './call-center.ts'
import { standAt, standingEngine } from './standing.ts'

const [url = '', point = '', nth = '1'] = process.argv.slice(2)

const reached = standAt(point, Number(nth))

const engine = standingEngine(url, reached)
await reconcile(engine, policyOf({}))
