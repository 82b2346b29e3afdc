/**
 * An export, a purge or a recall in a process of its own that stands still at the n-th time it reaches a point, until
 * somebody kills it. Arguments: verb, database URL, folder of cold files, point, how often. Prints `here` when it stands.
 */
import type { FilePoint } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import { createVault } from '../../src/cold/vault.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { exportCold } from '../../src/engine/cold/export.ts'
import { runPurge } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { policyOf } from './call-center.ts'

const [verb = '', url = '', folder = '', point = '', nth = '1'] = process.argv.slice(2)

let times = 0
const reached = async (at: SignalPoint | FilePoint): Promise<void> => {
  if (at !== point) return
  times += 1
  if (times !== Number(nth)) return
  process.stdout.write('here\n')
  // A timer that never ends keeps the process as it is.
  await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1))
}

const engine = {
  database: openDatabase({ url }),
  signals: { reached },
  pause: { sleep: () => Promise.resolve() },
  emit: () => undefined,
}
const vault = createVault({ store: directoryStore(folder, reached), keys: [], reached })
const policy = { ...policyOf({}), batchSize: 2 }
if (verb === 'export') await exportCold(engine, vault, policy, { actor: 'thandi' })
if (verb === 'purge') await runPurge(engine, vault, policy, { plan: 1, actor: 'thandi', confirm: 6 })
if (verb === 'recall')
  await recall(engine, vault, policy, { keys: ['1', '2', '3', '4', '5', '6'], actor: 'thandi', reason: 'asked' })
