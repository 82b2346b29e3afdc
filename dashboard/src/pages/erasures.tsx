/** Receipts of erasures: what was reached, for which case; none of them names the person. */
import type { Erasure } from '../api/contract.ts'
import { useErasures } from '../api/reads.ts'
import { Card } from '../parts/card.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { count, type Times } from '../words.ts'

export function ErasuresCard() {
  const { policy, times } = usePlace()
  const receipts = useErasures(policy)
  return (
    <Shown of={receipts} what="the receipts of erasures">
      {({ erasures, next }) => (
        <Card
          title={`Erasures: ${count(erasures.length)}${next === null ? '' : ' newest'} (${times.zone})`}
          action={<Take name="erasures" rows={erasures} />}
        >
          {erasures.length === 0 ? (
            <Empty>
              Nobody was erased. <code>mothball erase KEY --dry-run</code> shows what would go, and what is in the way.
            </Empty>
          ) : (
            <Rows label="Erasures" rows={erasures} keyOf={({ erasure }) => erasure} columns={columnsOf(times)} />
          )}
        </Card>
      )}
    </Shown>
  )
}

const columnsOf = (times: Times): readonly Column<Erasure>[] => [
  { name: 'Receipt', cell: ({ erasure }) => erasure },
  { name: 'Case', cell: ({ caseNumber }) => caseNumber },
  { name: 'Reason', cell: ({ reason }) => reason, words: true },
  { name: 'Erased', cell: ({ erasedAt }) => times.short(erasedAt), line: true },
  { name: 'How', cell: ({ method }) => (method === 'delete' ? 'deleted' : 'de-identified') },
  { name: 'By', cell: ({ actor }) => actor },
  { name: 'Rows', cell: ({ reached }) => count(reached.reduce((sum, { rows }) => sum + rows, 0)) },
]
