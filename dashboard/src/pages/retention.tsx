/**
 * Retention: by what right rows may be destroyed, how many are past it, the cold files, the purges. Where neither the
 * configuration names a place for cold files nor there ever was one, nothing of it is shown.
 */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useRecordBasis, useWithdrawBasis } from '../api/changes.ts'
import type { Retention } from '../api/contract.ts'
import { useRetention } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Card, Facts } from '../parts/card.tsx'
import { Tag } from '../parts/note.tsx'
import { Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { bytes, plural } from '../words.ts'
import { ExportsCard } from './exports.tsx'
import { PurgesCard } from './purges.tsx'

export function RetentionCards() {
  const { policy } = usePlace()
  const retention = useRetention(policy)
  const mayPurge = useMay('purge')
  return (
    <Shown of={retention} what="the retention">
      {(state) =>
        !state.coldFiles && state.sets === 0 ? null : (
          <>
            <StateCard of={state} />
            <ExportsCard of={state} />
            {mayPurge && <PurgesCard of={state} />}
          </>
        )
      }
    </Shown>
  )
}

const customers = (count: number) => plural(count, 'customer')

function StateCard({ of }: Readonly<{ of: Retention }>) {
  const { times } = usePlace()
  const { basis, keep, exportAfterDays, exported, due, soon, held, purged, sets } = of
  const right =
    basis === null ? (
      <Tag tone="plain">none: purging is off</Tag>
    ) : (
      <>
        <strong>{basis.basis}</strong>{' '}
        <span className="faint">
          recorded by {basis.recordedBy}, {times.at(basis.recordedAt)}
        </span>
      </>
    )
  const past = due > 0 ? <Tag tone="warning">{customers(due)}</Tag> : customers(due)
  return (
    <Card title="Retention" action={<Basis of={of} />}>
      <Facts
        of={[
          ['Legal basis', right],
          ['Into cold files', `after ${plural(exportAfterDays, 'day')} in the archive`],
          ['May be purged', `${keep} after they were archived`],
          ['Past it now', past],
          ['Within 30 days', customers(soon)],
          ...(held > 0 ? [['Past it, and on hold', customers(held)] as const] : []),
          ['In archive and cold files', customers(exported)],
          ['Purged, in cold files alone', customers(purged)],
          ['Cold files', `${plural(sets, 'set')}, ${bytes(of.bytes)}`],
        ]}
      />
    </Card>
  )
}

function Basis({ of: { basis } }: Readonly<{ of: Retention }>) {
  const { policy } = usePlace()
  const mayPurge = useMay('purge')
  const [asks, setAsks] = useState(false)
  const record = useRecordBasis(policy)
  const withdraw = useWithdrawBasis(policy)
  if (!mayPurge) return null
  const close = () => setAsks(false)
  return (
    <>
      <Button variant="default" onClick={() => setAsks(true)}>
        {basis === null ? 'Record a legal basis …' : 'Turn purging off …'}
      </Button>
      {asks && basis === null && (
        <Ask
          title="Record a legal basis"
          verb="Record"
          reason
          busy={record.isPending}
          error={record.error}
          onClose={close}
          onConfirm={(words) => record.mutate({ basis: words }, { onSuccess: close })}
        >
          <p>
            It turns purging on. Say by what law or contract rows may be destroyed once their retention is over: it
            stands in every plan and certificate.
          </p>
        </Ask>
      )}
      {asks && basis !== null && (
        <Ask
          title="Turn purging off"
          verb="Turn it off"
          reason
          busy={withdraw.isPending}
          error={withdraw.error}
          onClose={close}
          onConfirm={(reason) => withdraw.mutate({ reason }, { onSuccess: close })}
        >
          <p>Plans that were not carried out wait until a basis is recorded again. What was purged stays purged.</p>
        </Ask>
      )}
    </>
  )
}
