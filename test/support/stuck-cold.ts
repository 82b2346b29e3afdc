/**
 * An export, a purge, a recall or an erasure in a process of its own that stands still at the n-th time it reaches a point, until
 * somebody kills it. Arguments: verb, database URL, folder of cold files, point, how often. Prints `here` when it stands.
 */
import { directoryStore } from '../../src/cold/directory.ts'
import { createVault } from '../../src/cold/vault.ts'
import { exportCold } from '../../src/engine/cold/export.ts'
import { runPurge } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import { policyOf } from './call-center.ts'
import { eraseHim } from './person.ts'
import { standAt, standingEngine } from './standing.ts'

const [verb = '', url = '', folder = '', point = '', nth = '1'] = process.argv.slice(2)

const reached = standAt(point, Number(nth))

const engine = standingEngine(url, reached)
const vault = createVault({ store: directoryStore(folder, reached), keys: [], reached })
const policy = { ...policyOf({}), batchSize: 2 }
if (verb === 'export') await exportCold(engine, vault, policy, { actor: 'thandi' })
if (verb === 'purge') await runPurge(engine, vault, policy, { plan: 1, actor: 'thandi', confirm: 6 })
if (verb === 'erase') await eraseHim({ engine: { ...engine, vault: async () => vault }, policy }, '3')
if (verb === 'recall')
  await recall(engine, vault, policy, { keys: ['1', '2', '3', '4', '5', '6'], actor: 'thandi', reason: 'asked' })
