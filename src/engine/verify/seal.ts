/**
 * Seals what a run has moved, after its batches and outside their locks: reads the archive, writes the journal. The
 * hashing is done by the server, about 100,000 rows to a statement, so that neither a lock nor memory grows with the
 * run. A seal is written once; what is edited later no longer agrees with it. What was edited before is compared with the
 * batch's own digest and gets no seal.
 */
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { readSealChunks, sealChunk } from '../../db/journal/seal.ts'
import type { Engine } from '../ports.ts'

/** Numbers of batches; `refused` are those of which some table no longer is what the batch moved. */
export type Sealed = Readonly<{ sealed: number; refused: number }>

/** Seals every unsealed batch of the policy's subject. */
export async function sealBatches({ database }: Engine, policy: Policy): Promise<Sealed> {
  const subject = qualifiedText(policy.subject)
  const chunks = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    readSealChunks(session, subject, 'unsealed'),
  )
  const sealed = new Set<string>()
  const refused = new Set<string>()
  for (const chunk of chunks) {
    const { group } = chunk
    // An archive table that lost a column, or is gone: `verify` says so, and the batch stays unsealed.
    if (group === null) continue
    const unlike = await database.transaction({ pinnedSearchPath: true }, (session) => sealChunk(session, group, chunk))
    for (const batch of unlike) refused.add(batch)
    for (const batch of chunk.batches) sealed.add(batch)
  }
  return { sealed: sealed.difference(refused).size, refused: refused.size }
}
