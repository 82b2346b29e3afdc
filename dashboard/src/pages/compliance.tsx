/** Compliance: who is held and why; for who may erase, requests and receipts; what is past its retention, and purges. */
import { Switch } from '@mantine/core'
import { Link, useSearchParams } from 'wouter'
import type { Hold } from '../api/contract.ts'
import { useHolds } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Card } from '../parts/card.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, type Times } from '../words.ts'
import { ReleaseHold } from './customer-holds.tsx'
import { ErasureRequestsCard } from './erasure-requests.tsx'
import { ErasuresCard } from './erasures.tsx'
import { RetentionCards } from './retention.tsx'

export function CompliancePage() {
  const { policy, times } = usePlace()
  const path = usePath()
  const [search, setSearch] = useSearchParams()
  const all = search.get('all') === 'true'
  const holds = useHolds(policy, all)
  const mayErase = useMay('erase')
  return (
    <>
      <h1>Compliance</h1>
      <Switch
        label="Show ended ones too"
        checked={all}
        onChange={(event) => {
          const { checked } = event.currentTarget
          setSearch((old) => {
            if (checked) old.set('all', 'true')
            else old.delete('all')
            return old
          })
        }}
      />
      <Shown of={holds} what="the holds">
        {({ holds: shown, next }) => (
          <Card
            title={`Holds: ${count(shown.length)}${next === null ? '' : ' newest'} (${times.zone})`}
            action={<Take name="holds" rows={shown} />}
          >
            {shown.length === 0 ? (
              <Empty>
                {all ? 'Nobody was ever held.' : 'Nobody is held.'} A hold is set on the customer’s page; it keeps him
                from being archived.
              </Empty>
            ) : (
              <Rows label="Holds" rows={shown} keyOf={({ id }) => id} columns={columnsOf(times, path)} />
            )}
          </Card>
        )}
      </Shown>
      {mayErase && <ErasureRequestsCard all={all} />}
      {mayErase && <ErasuresCard />}
      <RetentionCards />
    </>
  )
}

const columnsOf = (times: Times, path: (to: string) => string): readonly Column<Hold>[] => [
  { name: 'Hold', cell: ({ id }) => id },
  { name: 'Customer', cell: ({ key }) => <Link href={path(`/customers/${encodeURIComponent(key)}`)}>{key}</Link> },
  { name: 'Case', cell: ({ caseNumber }) => caseNumber ?? '–' },
  { name: 'Reason', cell: ({ reason }) => reason, words: true },
  { name: 'Set', cell: ({ setAt }) => times.short(setAt), line: true },
  { name: 'By', cell: ({ setBy }) => setBy },
  {
    name: 'Released',
    cell: ({ id, releasedAt, releasedBy, releaseReason }) =>
      releasedAt === null ? <ReleaseHold id={id} /> : `${times.short(releasedAt)} by ${releasedBy}: ${releaseReason}`,
  },
]
